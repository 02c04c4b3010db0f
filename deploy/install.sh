#!/bin/sh
# Install Watchfloor as a service of this machine, or bring an installed one up to date:
#
#     sudo deploy/install.sh [--wheels DIR] [--languages] [--no-start]
#
# It may be run again at any time. It never overwrites rules, secrets or the store. What it sets up:
#
#     user and group watchfloor   members of the group may read everything and acknowledge: usermod -aG watchfloor NAME
#     /opt/watchfloor             a virtual environment with the product, and its documents
#     /etc/watchfloor             rules.yaml, the files it includes, secrets.env (0600): copied once, then yours
#     /var/lib/watchfloor         the store (0700, the daemon's own); made by systemd
#     /usr/local/bin/watchfloor   the command; its manual and its completion in /usr/local/share
#     watchfloor.service          enabled and started
#
# With --languages also the language model of settings.languages (90 MB more on disk, x86-64 only).
# Without a network: --wheels DIR, or a folder `wheels` in the checkout, holds all packages (`make wheels` fills it on a
# machine with a network and the same Python). Uninstall: docs/operating.md#uninstall.
set -eu

PYTHON=${PYTHON:-python3}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
OPT=/opt/watchfloor
ETC=/etc/watchfloor
WHEELS=
LANGUAGES=
START=yes

say() { echo "install: $*"; }
stop() { echo "install: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --wheels) [ $# -gt 1 ] || stop "--wheels needs a folder"; WHEELS=$(cd "$2" && pwd); shift ;;
        --languages) LANGUAGES=yes ;;
        --no-start) START=no ;;
        *) stop "unknown word $1; known: --wheels DIR, --languages, --no-start" ;;
    esac
    shift
done

[ "$(id -u)" -eq 0 ] || stop "only root can make users and services: sudo deploy/install.sh"
command -v systemctl >/dev/null || stop "there is no systemd here; docs/operating.md says what to run instead"
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
    $PIP --no-index --find-links "$WHEELS" --constraint "$ROOT/constraints.txt" "watchfloor${LANGUAGES:+[languages]}"
    # the same version may hold other code: it is replaced, what it needs stays
    $PIP --no-index --find-links "$WHEELS" --no-deps --force-reinstall watchfloor
else
    say "installing packages from the network (a minute or two); each must have the hash that was written down"
    $PIP --require-hashes --no-deps --requirement "$ROOT/deploy/constraints-hashes.txt"
    [ -z "$LANGUAGES" ] || $PIP --require-hashes --no-deps --requirement "$ROOT/deploy/languages-hashes.txt"
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
install -m 0644 "$ROOT/deploy/watchfloor.service" /etc/systemd/system/watchfloor.service
systemctl daemon-reload
/usr/local/bin/watchfloor check || stop "the rules have errors; mend $ETC/rules.yaml and run this again"
if [ "$START" = yes ]; then
    systemctl enable --quiet watchfloor
    systemctl restart watchfloor
    say "watchfloor.service is $(systemctl is-active watchfloor || true)"
fi
say "done; members of the group watchfloor may use the command: usermod -aG watchfloor NAME"
