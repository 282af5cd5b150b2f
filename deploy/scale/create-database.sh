#!/bin/sh
# A user for Countersign that owns its database and nothing else. The image of postgres runs this once, when its volume is empty.
set -eu

psql --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\set password `cat /run/secrets/database_password`
create role countersign login password :'password';
create database countersign owner countersign;
SQL
