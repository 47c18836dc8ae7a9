# いちのせき協働ポータル — `make` だけで使い方を表示します。
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
PYTEST_ARGS ?= -n 2

.PHONY: help run venv venv-dev test bench lint messages clean

help: ## この説明を表示する / show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-9s %s\n", $$1, $$2 }'
	@echo
	@echo '  make run PORT=8010         別のポートで / on another port'
	@echo '  make run DEMO=0            架空の見本データなしで / without the fictional sample'
	@echo '  make run SOURCES=フォルダ  原典のテキストも読み込む / also read the official texts in a folder'

run: ## 準備をして起動する（止めるときは Ctrl-C） / set up and start
	@PORT='$(or $(PORT),8000)' DEMO='$(or $(DEMO),1)' SOURCES='$(SOURCES)' tools/run.sh

venv:
	@tools/venv.sh requirements.txt

venv-dev:
	@tools/venv.sh requirements-dev.txt

test: venv-dev ## すべての試験を行う / run the whole test suite
	$(PYTHON) -m pytest $(PYTEST_ARGS)

bench: venv-dev ## 速さを測る / measure speed
	@if compgen -G 'tools/bench*.py' >/dev/null; then for file in tools/bench*.py; do $(PYTHON) "$$file" || exit 1; done; \
	else echo '速さの測定はまだありません。 / There are no benchmarks yet.'; fi

lint: venv-dev ## 書き方・型・import の向きを調べる / style, types, direction of imports
	@PATH="$(CURDIR)/.venv/bin:$$PATH" tools/lint.sh

messages: venv-dev ## 翻訳ファイルを集め直して変換する / collect and compile translations
	@PATH="$(CURDIR)/.venv/bin:$$PATH" tools/messages.sh

clean: ## 作業用の環境とキャッシュを消す（データと .env は残す） / remove the environment and caches, keep data
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache .grimp_cache staticfiles
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
