#!/usr/bin/env bash
# Make .venv and install a requirements file into it; does nothing while neither has changed.
# Usage: tools/venv.sh requirements.txt | requirements-dev.txt
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=${1:?requirements file}
stamp=.venv/.installed-${wanted##*/}

say() { printf '%s\n' "$@" >&2; }

find_python() {
    local candidate
    for candidate in "${PYTHON_BIN:-python3}" python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "Python 3.11 以上が必要です。次のように入れてください: sudo apt-get install python3 python3-venv" \
        "Python 3.11 or newer is needed: sudo apt-get install python3 python3-venv"
    exit 1
}

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        say "Python の venv がありません。次を実行してから、もう一度お試しください: sudo apt-get install python3-venv" \
            "Python's venv module is missing. Run this and try again: sudo apt-get install python3-venv"
        exit 1
    fi
    say "作業用の環境（.venv）を作ります… / making .venv …"
    rm -rf .venv
    "$python" -m venv .venv
fi

# The stamp holds the hash of all that is wanted, so a changed pin or another Python installs again.
hash=$({ .venv/bin/python --version; cat requirements.txt "$wanted"; } | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$hash" ]; then
    say "必要な部品を入れます（$wanted）… / installing $wanted …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
    printf '%s\n' "$hash" >"$stamp"
fi
