#!/usr/bin/env bash
# Everything that the image holds: dist/rootfs.sh PROGRAM FOLDER
#
# The program, certificates of authorities, a user, a zone, and folders that this user may write to.
set -euo pipefail
program=$1
root=$2
user=65532
certificates=/etc/ssl/certs/ca-certificates.crt

mkdir -p "$root"/{bin,data,etc/ssl/certs,project,state,tmp}
install -m 755 "$program" "$root/bin/speleo"
install -m 644 "$certificates" "$root$certificates"
echo "speleo:x:$user:$user:speleo:/state:/bin/speleo" >"$root/etc/passwd"
echo "speleo:x:$user:" >"$root/etc/group"
# No localtime: times without a zone are UTC unless speleo.toml says otherwise.
echo "Etc/UTC" >"$root/etc/timezone"
chmod 1777 "$root/tmp"
chown "$user:$user" "$root/state" "$root/project"
