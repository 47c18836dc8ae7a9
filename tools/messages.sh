#!/usr/bin/env bash
# Collect the words of code and templates into locale/, and compile them. Needs gettext.
# Usage: tools/messages.sh          write
#        tools/messages.sh --check  fail if writing would change a word (works on a copy)
set -euo pipefail
cd "$(dirname "$0")/.."
export DJANGO_SETTINGS_MODULE=ichinoseki_portal.settings

command -v msgfmt >/dev/null || {
    echo "gettext がありません: sudo apt-get install gettext / gettext is missing" >&2
    exit 1
}

collect() {
    python manage.py makemessages --locale en --no-obsolete --add-location file --no-wrap \
        --ignore .venv --ignore staticfiles --ignore run --ignore '*/tests/*' --verbosity 0
    python manage.py compilemessages --locale en --ignore .venv --verbosity 0
}

words() { grep -v '^"POT-Creation-Date:' "$1/locale/en/LC_MESSAGES/django.po"; }

if [ "${1:-}" = --check ]; then
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --ignore-failed-read -cf - | tar -xf - -C "$copy"
    (cd "$copy" && collect)
    diff <(words .) <(words "$copy") || {
        echo "翻訳ファイルが古くなっています: make messages / translations are out of date" >&2
        exit 1
    }
    cmp locale/en/LC_MESSAGES/django.mo "$copy/locale/en/LC_MESSAGES/django.mo" 2>/dev/null ||
        diff <(msgunfmt locale/en/LC_MESSAGES/django.mo | grep -v '^"POT') <(msgunfmt "$copy/locale/en/LC_MESSAGES/django.mo" | grep -v '^"POT')
else
    collect
fi
