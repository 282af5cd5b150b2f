#!/bin/sh
# Creates deploy/scale/secrets/: every password and key of compose.yaml, at random, once. Existing files are kept.
# $1: SMTP_URL of your mail server.
set -eu

smtp_url=${1:?give the URL of your mail server: smtp://user:password@mail.example.com:587}
folder=$(dirname "$0")/secrets
[ -d "$folder" ] || mkdir -m 0700 "$folder"

# keep NAME TEXT: writes a file unless it exists.
keep() {
  if [ -e "$folder/$1" ]; then return 0; fi
  (umask 022 && printf '%s\n' "$2" >"$folder/$1")
}

random_hex() {
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

keep secret_key "$(head -c 32 /dev/urandom | base64)"
keep api_key "$(random_hex)"
keep postgres_password "$(random_hex)"
keep database_password "$(random_hex)"
keep database_url "postgres://countersign:$(cat "$folder/database_password")@postgres:5432/countersign"
keep valkey.conf "requirepass $(random_hex)"
keep rate_limit_url "redis://:$(sed 's/requirepass //' "$folder/valkey.conf")@valkey:6379"
keep smtp_url "$smtp_url"
