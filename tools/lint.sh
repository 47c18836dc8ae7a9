#!/usr/bin/env bash
# Style, templates, direction of imports, types, migrations. Runs all, then fails if any failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export DJANGO_SETTINGS_MODULE=ichinoseki_portal.tests.settings

failed=()
check() {
    local name=$1
    shift
    printf -- '-- %s\n' "$name"
    "$@" || failed+=("$name")
}

check "ruff check" ruff check .
check "ruff format" ruff format --check .
if [ -n "$(find templates -name '*.html' -print -quit 2>/dev/null)" ]; then
    check "djlint lint" djlint templates --lint --quiet
    check "djlint format" djlint templates --check
fi
check "import-linter" lint-imports --no-cache
check "mypy" mypy
check "makemigrations --check" python manage.py makemigrations --check --dry-run

if [ ${#failed[@]} -gt 0 ]; then
    printf 'failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
