#!/usr/bin/env bash
# Installs the programs that tests/sources/real runs against, each in a place of its own: they are partners of the tests
# and no part of audiorec. What a registry lacks is left out, and its tests say so and are skipped.
# Usage: tests/sources/real/partners.sh [FOLDER]   (default: build/partners; the tests look into $AUDIOREC_PARTNERS)
set -uo pipefail
cd "$(dirname "$0")/../../.."
folder="${1:-${AUDIOREC_PARTNERS:-build/partners}}"
python="${PYTHON:-python3}"
mkdir -p "$folder"

in_venv() { # NAME PACKAGE...: a virtual environment of its own
    local name="$1"
    shift
    if [ -x "$folder/$name/bin/python" ] && [ -e "$folder/$name/done" ]; then return; fi
    "$python" -m venv --clear "$folder/$name" && "$folder/$name/bin/python" -m pip install --quiet "$@" \
        && touch "$folder/$name/done" || echo "partners: no $name here" >&2
}

in_venv supysonic "supysonic==0.7.9" "setuptools<81"
# botocore and what this project uses ask for different python-dateutil: S3's stand-in lives apart.
in_venv moto "moto==5.2.5" "flask>=3" "flask-cors>=4"
in_venv beets "beets==2.14.1"
in_venv subsonic-clients "py-opensonic==10.4.1" "py-sonic==1.2.0"
if command -v npm >/dev/null && [ ! -e "$folder/netease/done" ]; then
    mkdir -p "$folder/netease"
    (cd "$folder/netease" && npm install --silent --no-audit --no-fund --prefix . NeteaseCloudMusicApi@4.32.0 && touch done) \
        || echo "partners: no NeteaseCloudMusicApi here" >&2
fi
command -v mpd >/dev/null || echo "partners: no mpd here (Debian: apt-get install mpd)" >&2
exit 0
