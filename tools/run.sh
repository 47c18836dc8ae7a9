#!/usr/bin/env bash
# Everything `make run` does: environment, settings, database, data, then web server and job worker until Ctrl-C.
# PORT (8000), DEMO (1; 0 = no fictional sample), SOURCES (folder of official texts to read in).
set -euo pipefail
cd "$(dirname "$0")/.."

port=${PORT:-8000}
demo=${DEMO:-1}
sources=${SOURCES:-}
python=.venv/bin/python

say() { printf '%s\n' "$@"; }
fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

port_is_free() {
    "$python" - "$port" <<'PY'
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        sys.exit(1)
PY
}

make_settings() {
    [ -e .env ] && return
    say ".env を作ります（秘密鍵はこの場で作った乱数です）。 / making .env with a random secret key."
    (
        umask 077
        cat >.env <<ENV
# make run が作りました。ほかの設定は .env.example を見てください。
SECRET_KEY=$("$python" -c 'import secrets; print(secrets.token_urlsafe(50))')
DEBUG=False
HTTPS=False
PUBLIC_BASE_URL=http://127.0.0.1:$port
ENV
    )
}

case $port in
    '' | *[!0-9]*) fail "PORT は数字で指定してください: $port / PORT must be a number" ;;
esac
[ -z "$sources" ] || [ -d "$sources" ] || fail "フォルダがありません: $sources / no such folder"

tools/venv.sh requirements.txt
port_is_free || fail \
    "ポート $port は使われています。別のポートで起動してください: make run PORT=$((port + 1))" \
    "Port $port is in use. Choose another one: make run PORT=$((port + 1))"
make_settings
mkdir -p run staticfiles

"$python" manage.py migrate --verbosity 0
"$python" manage.py sync_roles --verbosity 0
"$python" manage.py load_outline
[ -z "$sources" ] || "$python" manage.py import_sources "$sources"
[ "$demo" = 0 ] || "$python" manage.py load_demo

# Either process ending ends the other: half a portal (pages without mail, or jobs without pages) must not look alive.
# Each stands in a process group of its own (set -m), so that Ctrl-C reaches this script alone, which tells each of them once.
children=()
# shellcheck disable=SC2329 # called by stop
alive() {
    local child
    for child in "${children[@]}"; do kill -0 "$child" 2>/dev/null && return 0; done
    return 1
}
# shellcheck disable=SC2329 # called by the traps
stop() {
    trap - EXIT INT TERM HUP
    local child
    for child in "${children[@]}"; do kill -TERM "$child" 2>/dev/null || true; done
    for _ in {1..100}; do
        alive || break
        sleep 0.1
    done
    for child in "${children[@]}"; do kill -KILL -- "-$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap 'stop; exit 0' INT TERM HUP
trap stop EXIT

set -m
.venv/bin/granian --interface wsgi --host 127.0.0.1 --port "$port" --workers 2 --respawn-failed-workers \
    --blocking-threads 8 --workers-kill-timeout 5 --no-access-log --log-level error ichinoseki_portal.wsgi:application </dev/null &
children+=($!)
"$python" manage.py db_worker --verbosity 0 </dev/null &
children+=($!)
set +m

for _ in {1..150}; do
    port_is_free || break
    kill -0 "${children[0]}" 2>/dev/null || break
    sleep 0.2
done
say "" "  起動しました: http://127.0.0.1:$port/   （管理画面 http://127.0.0.1:$port/admin/）" \
    "  止めるときは Ctrl-C / running; stop with Ctrl-C"
[ ! -e run/demo-logins.txt ] || say "  見本のログイン: run/demo-logins.txt / sample logins"
say ""

status=0
wait -n "${children[@]}" || status=$?
fail "サーバーかジョブ係が終わった（終了コード $status）ので、両方を止めます。 / one process ended; stopping both."
