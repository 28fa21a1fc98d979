#!/bin/bash
# Write the reference results again: installs R and its packages from Debian, then runs every script of r/.
set -euo pipefail
cd "$(dirname "$0")"
packages=(r-base-core r-cran-psych r-cran-multilevel r-cran-lme4 r-cran-ordinal r-cran-lavaan r-cran-semtools
          r-cran-metafor r-cran-spc r-bioc-limma r-cran-jsonlite r-cran-gparotation)
root=$([ "$(id -u)" = 0 ] || echo sudo)
$root apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${packages[@]}"
for script in r/*.R; do
  echo "$script"
  Rscript "$script"
done
