#!/usr/bin/env bash
# One program without libraries: dist/build.sh [TARGET]
#
# The target is musl's of this processor where rustup has it or can fetch it; without it, glibc is linked in. The program, its
# archive and the checksum of the archive come into the folder that the last lines name. Wants gcc, and for musl `musl-gcc`
# (Debian: musl-tools).
set -euo pipefail
cd "$(dirname "$0")/.."

# What is handed out stays below this.
most_bytes=$((80 * 1000 * 1000))

host=$(rustc --version --verbose | sed -n 's/^host: //p')
sysroot=$(rustc --print sysroot)
has() { [ -d "$sysroot/lib/rustlib/$1/lib" ] || rustup target add "$1" >/dev/null 2>&1; }

target=${1:-${host%%-*}-unknown-linux-musl}
if ! has "$target"; then
    [ $# -eq 0 ] || { echo "rustup has no target $target" >&2; exit 1; }
    echo "no $target here: glibc is linked in instead" >&2
    target=$host
fi

# Only the last step sees these, so libraries that were compiled before are used again.
last=()
case $target in
*-musl)
    command -v musl-gcc >/dev/null || { echo "musl-gcc is missing: install musl-tools" >&2; exit 1; }
    ;;
*-linux-gnu)
    last+=(-C target-feature=+crt-static)
    ;;
esac
# Rust's own linker puts functions of equal code together, and relocations into a short form.
lld=$sysroot/lib/rustlib/$host/bin/gcc-ld
if [ -x "$lld/ld.lld" ]; then
    last+=(-C link-arg=-fuse-ld=lld -C "link-arg=-B$lld" -C link-arg=-Wl,--icf=all,-O2,--pack-dyn-relocs=relr)
fi
cargo rustc --profile dist --target "$target" --bin speleo --locked -- "${last[@]}"

folder=${CARGO_TARGET_DIR:-target}/$target/dist
program=$folder/speleo
if readelf --program-headers --wide "$program" | grep -q INTERP; then
    echo "$program wants libraries of the system" >&2
    exit 1
fi
bytes=$(stat --format %s "$program")
if [ "$bytes" -gt "$most_bytes" ]; then
    echo "$program has $bytes bytes; $most_bytes are allowed" >&2
    exit 1
fi
"$program" doctor >&2

version=$("$program" --version | cut -d' ' -f2)
name=speleo-$version-$target
tar --create --gzip --owner=0 --group=0 --sort=name --file "$folder/$name.tar.gz" \
    --transform "s,^,$name/," README.md CHANGELOG.md LICENSE lookups/country.NOTICE -C "$folder" speleo
(cd "$folder" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "$program: $bytes bytes" >&2
echo "$folder/$name.tar.gz"
