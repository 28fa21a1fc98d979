#!/bin/sh
# Until the first release there is one initial migration: this writes it again from the models.
set -eu
cd "$(dirname "$0")/../src/reciproque/app/migrations"
keep=$(mktemp -d)
mv 0*.py "$keep"/
(cd ../../../.. && .venv/bin/python manage.py makemigrations app --name initial --no-header -v 0)
mv "$keep"/0002*.py "$keep"/0003*.py .
rm -r "$keep"
