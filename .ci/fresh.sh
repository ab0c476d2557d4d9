#!/usr/bin/env bash
# Run a command of the README where nothing is: a Debian with python3, venv, make, git and no more, made for this one call; as a user
# who is not root and may not write to HOME, without /dev/shm, on one processor, in the C locale.
#   .ci/fresh.sh [SUITE [COMMAND...]]     default: bookworm make demo
# It takes the checkout's HEAD. Where it may not make such a root it says so and ends with code 77.
set -euo pipefail
suite=${1:-bookworm}
shift || true
[ $# -gt 0 ] || set -- make demo

skip() {
  echo "fresh: $suite was not tried: $*"
  exit 77
}
[ "$(id -u)" = 0 ] || skip "only root may make a root of its own"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
unshare --mount true 2>/dev/null || skip "mounts are not allowed here"
if [ "${FRESH_INSIDE:-}" != 1 ]; then FRESH_INSIDE=1 exec unshare --mount "$0" "$suite" "$@"; fi

top=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
work=$(mktemp -d)
root=$work/root
trap 'umount --recursive --lazy "$work" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
mkdir "$root"
mount --bind "$work" "$work" # so that all that is mounted below goes with it

# from where this machine takes its own packages; elsewhere, debootstrap's default
mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 2>/dev/null | sed -n 's/^Debian Debian //p' | head -n 1 || true)
debootstrap --variant=minbase --include=python3,python3-venv,make,ca-certificates,git "$suite" "$root" ${mirror:+"$mirror"} \
  >"$work/log" 2>&1 || skip "debootstrap: $(tail -n 1 "$work/log")"

mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 dev "$root/dev" # no shm in it
for node in null zero full random urandom; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"

# the way to the package index as it is set up here: names, certificates, pip's files and the local folders that they name
home=/home/reader
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
cp -rL /etc/ssl/certs "$root/etc/ssl/" 2>/dev/null || true
for file in /etc/pip.conf /etc/xdg/pip/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
  [ ! -f "$file" ] || install -D -m 644 "$file" "$root${file/#$HOME/$home}"
done
mapfile -t pip_env < <(env | grep -E '^(PIP_|https?_proxy=|no_proxy=)' || true)
named=$({ printf '%s\n' "${pip_env[@]}"; cat /etc/pip.conf /etc/xdg/pip/pip.conf "$HOME"/{.config/pip,.pip}/pip.conf 2>/dev/null || true; } |
  grep -oE '(^|[= ]|file://)/[[:alnum:]._/-]+' | grep -oE '/[[:alnum:]._-].*' | sort -u || true)
for path in ${named//\/simple/}; do # an index of files: they lie beside its pages
  if [ -d "$path" ]; then
    mkdir -p "$root$path"
    mount --bind -o ro "$path" "$root$path"
  elif [ -f "$path" ] && [ ! -e "$root$path" ]; then
    install -D -m 644 "$path" "$root$path"
  fi
done

git clone -q "$top" "$root/srv/duet"
chown -R 1000:1000 "$root/srv/duet"
mkdir -p "$root$home"
first=$(taskset -cp $$ | grep -oE '[0-9]+' | sed -n 2p)
taskset -c "$first" chroot "$root" /usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups \
  /usr/bin/env -i HOME="$home" LANG=C PATH=/usr/local/bin:/usr/bin:/bin "${pip_env[@]}" \
  /bin/sh -c 'cd /srv/duet && python3 --version && exec "$@"' fresh "$@"
