#!/bin/sh
# Makes Zitadel's HTTP provider for SMS and for e-mail, shows each one's signing key, and activates both.
# Both keys are RELAY_ZITADEL_SECRET of the service, separated by a comma.
# Needs ZITADEL (https://login.example.com), TOKEN (of an instance owner) and ENDPOINT (https://verify.example.com/relay/zitadel).
set -eu
ask() { curl -fsS -X POST "$ZITADEL/admin/v1/$1" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "$2"; }
for kind in sms email; do
  made=$(ask "$kind/http" "{\"endpoint\":\"$ENDPOINT\",\"description\":\"countersign\"}")
  echo "$kind: $made" # {"id": …, "signingKey": …}: the key is shown only once
  id=$(printf %s "$made" | sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p')
  ask "$kind/$id/_activate" '{}' >/dev/null
done
