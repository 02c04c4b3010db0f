#!/bin/sh
# Install Watchfloor as a service of this machine, or bring an installed one up to date:
#
#     sudo deploy/install.sh [--wheels DIR] [--languages] [--postgres] [--board] [--no-start]
#
# It may be run again at any time. It never overwrites rules, secrets or the store. What it sets up:
#
#     user and group watchfloor   members of the group may read everything and acknowledge: usermod -aG watchfloor NAME
#     /opt/watchfloor             a virtual environment with the product, and its documents
#     /etc/watchfloor             rules.yaml, the files it includes, secrets.env (0600, the service's own): copied once, then yours
#     /var/lib/watchfloor         the store (0700, the daemon's own); made by systemd
#     /usr/local/bin/watchfloor   the command; its manual and its completion in /usr/local/share
#     watchfloor.service          enabled and started
#     watchfloor-board.service    with --board: the watch board as a service of its own, which the daemon's end leaves alone
#
# With --languages also the language model of settings.languages (90 MB more on disk, x86-64 only), with --postgres the
# driver of a store in PostgreSQL (settings.store, docs/scaling.md). What an earlier run installed stays.
# Without a network: --wheels DIR, or a folder `wheels` in the checkout, holds all packages (`make wheels` fills it on a
# machine with a network and the same Python). Uninstall: docs/operating.md#uninstall.
set -eu

PYTHON=${PYTHON:-python3}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
OPT=/opt/watchfloor
ETC=/etc/watchfloor
WHEELS=
EXTRAS=
BOARD=
START=yes

say() { echo "install: $*"; }
stop() { echo "install: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --wheels) [ $# -gt 1 ] || stop "--wheels needs a folder"; WHEELS=$(cd "$2" && pwd); shift ;;
        --languages | --postgres) EXTRAS="$EXTRAS ${1#--}" ;;
        --board) BOARD=yes ;;
        --no-start) START=no ;;
        -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
        *) stop "unknown word $1; known: --wheels DIR, --languages, --postgres, --board, --no-start" ;;
    esac
    shift
done

[ "$(id -u)" -eq 0 ] || stop "only root can make users and services: sudo deploy/install.sh"
# the folder is there where systemd was booted (sd_booted(3)); in most containers only its commands are
[ -d /run/systemd/system ] && command -v systemctl >/dev/null || stop "no systemd runs here; docs/operating.md says what to run instead"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "Python 3.11 or newer is needed: PYTHON=python3.12 deploy/install.sh"
# the service may not enter the folders of people (ProtectHome=yes)
case $("$PYTHON" -c 'import os, sys; print(os.path.realpath(sys.executable))') in
    /root/* | /home/*) stop "$PYTHON is in a folder of one person's, which the service may not enter: PYTHON=/usr/bin/python3 deploy/install.sh" ;;
esac
[ -n "$WHEELS" ] || [ ! -d "$ROOT/wheels" ] || WHEELS=$ROOT/wheels

# -- the user whose group may ask the daemon
getent group watchfloor >/dev/null || { groupadd --system watchfloor; say "group watchfloor made"; }
getent passwd watchfloor >/dev/null || {
    useradd --system --gid watchfloor --home-dir /var/lib/watchfloor --no-create-home --shell /usr/sbin/nologin watchfloor
    say "user watchfloor made"
}

# -- the product; everybody may read it
umask 022
mkdir -p "$OPT"
[ -x "$OPT/.venv/bin/python" ] || { say "making $OPT/.venv"; "$PYTHON" -m venv "$OPT/.venv"; }
PIP="$OPT/.venv/bin/python -m pip --quiet --disable-pip-version-check install"
if [ -n "$WHEELS" ]; then
    say "installing the packages in $WHEELS, without a network"
    $PIP --no-index --find-links "$WHEELS" --constraint "$ROOT/constraints.txt" "watchfloor[$(echo $EXTRAS | tr ' ' ,)]"
    # the same version may hold other code: it is replaced, what it needs stays
    $PIP --no-index --find-links "$WHEELS" --no-deps --force-reinstall watchfloor
else
    say "installing packages from the network (a minute or two); each must have the hash that was written down"
    $PIP --require-hashes --no-deps --requirement "$ROOT/deploy/constraints-hashes.txt"
    for EXTRA in $EXTRAS; do
        $PIP --require-hashes --no-deps --requirement "$ROOT/deploy/$EXTRA-hashes.txt"
    done
    $PIP --no-deps --no-build-isolation --force-reinstall "$ROOT"
fi
rm -rf "$OPT/docs"
cp -r "$ROOT/docs" "$OPT/docs"

# -- rules and secrets: never overwritten
install -d -o root -g watchfloor -m 0750 "$ETC"
if [ ! -e "$ETC/rules.yaml" ]; then
    # with the folders of the checkout, as the rules include deploy/desk
    mkdir -p "$ETC/deploy"
    cp "$ROOT/rules.yaml" "$ETC/rules.yaml"
    cp -r "$ROOT/deploy/desk" "$ETC/deploy/"
    cp "$ROOT/deploy/rules.schema.json" "$ETC/deploy/"
    chown -R root:watchfloor "$ETC/rules.yaml" "$ETC/deploy"
    chmod -R u=rwX,g=rX,o= "$ETC/rules.yaml" "$ETC/deploy"
    say "rules copied to $ETC"
fi
[ -e "$ETC/secrets.env" ] || {
    (umask 077; printf '%s\n' '# NAME=VALUE for each ${NAME} in rules.yaml; only root and the service read this' >"$ETC/secrets.env")
    chown watchfloor "$ETC/secrets.env" # its own user's, so that the daemon takes up what is saved there
    say "an empty $ETC/secrets.env made"
}

# -- the command, for everybody; the service's rules unless another file is named
cat >/usr/local/bin/watchfloor <<'WRAPPER'
#!/bin/sh
# Made by Watchfloor's deploy/install.sh: the command, on the rules and the daemon of this machine's service.
: "${WATCHFLOOR_CONFIG:=/etc/watchfloor/rules.yaml}"
export WATCHFLOOR_CONFIG
exec /opt/watchfloor/.venv/bin/watchfloor "$@"
WRAPPER
chmod 0755 /usr/local/bin/watchfloor

# -- what the shells complete, and the manual: man watchfloor
complete() { mkdir -p "$(dirname "$2")"; _WATCHFLOOR_COMPLETE="$1_source" /usr/local/bin/watchfloor >"$2"; chmod 0644 "$2"; }
complete bash /usr/local/share/bash-completion/completions/watchfloor
complete zsh /usr/local/share/zsh/site-functions/_watchfloor
complete fish /usr/local/share/fish/vendor_completions.d/watchfloor.fish
install -D -m 0644 "$ROOT/deploy/watchfloor.1" /usr/local/share/man/man1/watchfloor.1

# -- the service
UNITS=/etc/systemd/system
SERVICES=watchfloor
install -m 0644 "$ROOT/deploy/watchfloor.service" "$UNITS/watchfloor.service"
[ ! -e "$UNITS/watchfloor-board.service" ] || BOARD=yes # of an earlier run: it is brought up to date too
if [ "$BOARD" = yes ]; then
    SERVICES="watchfloor watchfloor-board"
    install -m 0644 "$ROOT/deploy/watchfloor-board.service" "$UNITS/watchfloor-board.service"
    install -D -m 0644 "$ROOT/deploy/board-alone.conf" "$UNITS/watchfloor.service.d/board.conf"
fi
systemctl daemon-reload
/usr/local/bin/watchfloor check || stop "the rules have errors; mend $ETC/rules.yaml and run this again"
if [ "$START" = yes ]; then
    for SERVICE in $SERVICES; do # the daemon first: it makes the store that the board reads
        systemctl enable --quiet "$SERVICE"
        systemctl restart "$SERVICE"
        say "$SERVICE.service is $(systemctl is-active "$SERVICE" || true)"
    done
fi
say "done; members of the group watchfloor may use the command: usermod -aG watchfloor NAME"
