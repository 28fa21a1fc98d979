#!/bin/sh
# Installs the programs that the tests and the proof drive, only those that are missing: a browser, PDF tools, PostgreSQL,
# and strace, which records what a server writes so that its power can be cut.
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v strace >/dev/null || missing="$missing strace"
[ -n "$missing" ] || exit 0
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"
echo "Installing$missing"
$sudo apt-get -qq -o DPkg::Lock::Timeout=300 update
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing >/dev/null
