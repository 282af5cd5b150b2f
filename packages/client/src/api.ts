// Generated from docs/openapi.json by npm run generate: do not edit.

export interface components {
    schemas: {
        ApprovalClaims: {
            /**
             * @description PUBLIC_URL of the service that signed it.
             * @example https://verify.example.com
             */
            iss: string;
            /**
             * @description APPROVAL_AUDIENCE of the service; default: its name.
             * @example default
             */
            aud: string;
            /**
             * @description The id of the verification.
             * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            jti: string;
            /**
             * @description When it was approved, in seconds since 1970.
             * @example 1790000000
             */
            iat: number;
            /**
             * @description Five minutes later.
             * @example 1790000300
             */
            exp: number;
            /**
             * @description As the start gave it.
             * @example n-0S6_WzA2Mj7qLfT1cQvA
             */
            nonce: string;
            /**
             * @description What the verification is for.
             * @example login
             */
            purpose: string;
            /**
             * @description The channel or factor of the verification.
             * @enum {string}
             */
            method: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
            /**
             * @description What the method proves (NIST SP 800-63B-4). `address`: somebody reads a mailbox or account, which is no second factor; `restricted`: a second factor over the telephone network; `factor`: a second factor.
             * @enum {string}
             */
            assurance: "address" | "restricted" | "factor";
            /**
             * @description RFC 8176, where it has a value for the method: sms, tel or otp.
             * @example [
             *       "sms"
             *     ]
             */
            amr?: string[];
            /**
             * @description The recipient, where the start asked for `include_recipient`.
             * @example +14155552671
             */
            to?: string;
            /**
             * @description The subject, where the start asked for `include_recipient`.
             * @example user-8e03978e
             */
            subject?: string;
        };
        ApprovedVerification: {
            /**
             * @description The id, for every further call.
             * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id: string;
            /**
             * @description Short, easy to read out, not secret: support finds the case by it.
             * @example K7Q-42M
             */
            reference: string;
            /**
             * @description Its state. Only `pending` can still become `approved`.
             * @enum {string}
             */
            status: "approved";
            /**
             * @description The recipient; null where a subject was given.
             * @example +14155552671
             */
            to: string | null;
            /**
             * @description The subject; null where a recipient was given.
             * @example null
             */
            subject: string | null;
            /**
             * @description How the code reaches the person.
             * @enum {string}
             */
            channel: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
            /**
             * @description BCP 47: the language that the message is written in, by look-up (RFC 4647 §3.4) over the texts of the service and the built-in ones.
             * @example en
             */
            locale: string;
            /**
             * @description What the verification is for.
             * @example login
             */
            purpose: string;
            /**
             * @description The best of the deliveries; null where nothing is sent.
             * @enum {string|null}
             */
            delivery_status: "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "canceled" | null;
            /**
             * @description Guesses that are left.
             * @example 5
             */
            attempts_remaining: number;
            /**
             * @description Messages that may still be sent; the first one counts, too.
             * @example 4
             */
            sends_remaining: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:10:00.000Z
             */
            expires_at: string;
            /**
             * @description Seconds.
             * @example 600
             */
            expires_in: number;
            /**
             * Format: date-time
             * @description Null when no sends are left, or when it would come too late. Already past where the newest send failed for good.
             * @example 2026-11-23T18:00:30.000Z
             */
            resend_at: string | null;
            /**
             * @description Seconds.
             * @example 30
             */
            resend_in: number | null;
            /**
             * @description Of a chain, the message that goes out next automatically, and when at the latest; null where none waits.
             * @example null
             */
            next_step: {
                /**
                 * @description How the code reaches the person.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 * @example 2026-11-23T18:00:00.000Z
                 */
                at: string;
            } | null;
            /**
             * @description As given at the start.
             * @example {
             *       "request": "8e03978e"
             *     }
             */
            metadata: {
                [key: string]: string;
            };
            /**
             * @description Null: this service checks the code. `caller`: whoever gave it; it has no attempts here.
             * @example null
             * @enum {string|null}
             */
            checked_by: "caller" | "twilio" | null;
            /**
             * @description Of one that is `closed`: as its caller reported it. It lets nobody in.
             * @example null
             * @enum {string|null}
             */
            outcome: "approved" | "failed" | null;
            /**
             * @description Always true: a wrong code is 422.
             * @enum {boolean}
             */
            valid: true;
            /**
             * @description Codes left in the set that the recovery code came from: offer a new set before it is empty. Only for the channel recovery_code.
             * @example 7
             */
            recovery_codes_remaining?: number;
            /**
             * @description A JWT that proves this approval, for five minutes (docs/front-door.md). Only where the start gave a `nonce`: compare it.
             * @example eyJhbGciOiJFZERTQSIsInR5cCI6ImNvdW50ZXJzaWduLWFwcHJvdmFsK2p3dCJ9…
             */
            approval?: string;
        };
        AuditHeadWebhook: {
            /**
             * @description Of this schema: fields may be added to it; another number where one is taken away.
             * @enum {number}
             */
            version: 1;
            /**
             * Format: date-time
             * @description When it happened: RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            timestamp: string;
            /**
             * @description The same at every try, and the `webhook-id` of the headers.
             * @example whh_0123456789ab_412_9f86d081884c
             */
            id: string;
            /**
             * @description A segment of the log was chained.
             * @enum {string}
             */
            type: "audit.head";
            /**
             * @description The number of the segment.
             * @example 412
             */
            sequence: number;
            /** @description The head of the chain with this segment. */
            data: {
                /**
                 * @description The service whose URL this is; the log is that of every service.
                 * @example default
                 */
                service: string;
                /**
                 * @description Segments in the chain.
                 * @example 412
                 */
                size: number;
                /**
                 * @description The head as a signed note (C2SP): keep it. `countersign audit verify --head` takes it.
                 * @example countersign/audit-log
                 *     412
                 *     J4r1…=
                 *
                 *     — countersign/audit-log rZ1b…
                 */
                note: string;
            };
        };
        CancelRequest: Record<string, never>;
        /** @description Proof of work in altcha’s form (https://altcha.org): find the counter whose key begins with `keyPrefix`. The solution is the base64 text of `{"challenge": {"parameters": …, "signature": …}, "solution": {"counter": …, "derivedKey": "hex"}}`. */
        Challenge: {
            /** @description The task, to be returned unchanged. */
            parameters: {
                /**
                 * @description How a key is derived from a counter.
                 * @example PBKDF2/SHA-256
                 */
                algorithm: string;
                /**
                 * @description Hex: a password is the nonce and the counter in four bytes, big-endian.
                 * @example 5f0c2d9b1e7a4836a1b2c3d4e5f60718
                 */
                nonce: string;
                /**
                 * @description Hex: the salt of each key.
                 * @example 9a8b7c6d5e4f30211203f4e5d6c7b8a9
                 */
                salt: string;
                /**
                 * @description Iterations of one key.
                 * @example 1000
                 */
                cost: number;
                /**
                 * @description Bytes of a key.
                 * @example 32
                 */
                keyLength: number;
                /**
                 * @description Hex: the key of the right counter begins with it. Counters begin at 0.
                 * @example 0b1c2d3e4f5061728394a5b6c7d8e9f0
                 */
                keyPrefix: string;
                /**
                 * @description For this service.
                 * @example 6e5d4c3b2a19…
                 */
                keySignature?: string;
                /**
                 * @description For whom it was issued, as a keyed hash, and when it expires: 5 minutes after it was issued.
                 * @example {
                 *       "expires_at": "2026-11-23T18:05:00.000Z",
                 *       "issued_for": "q0Xn2cZr8uVh5sJ1kWm4Ag"
                 *     }
                 */
                data?: {
                    [key: string]: string | number | boolean | null;
                };
            };
            /**
             * @description For this service.
             * @example 1f2e3d4c5b6a…
             */
            signature?: string;
        };
        /** @description A `code`, or the `link` of a mail with its `link_binding`. */
        CheckRequest: {
            /**
             * @description The id of a verification.
             * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id?: string;
            /**
             * @description The code as the person typed it: a string. Spaces, dashes and invisible characters are ignored, and the digits of every script are understood; in a recovery code case does not matter, and a look-alike is read as the character it resembles.
             * @example 482913
             */
            code?: string;
            /**
             * @description The `link` with which LINK_URL was opened, in place of `id` and `code`.
             * @example lnk_aFZ0yKBbC1dEf2GhI3jKlM4nOpQ5rStU6vWxYz7AbC8dEfG9
             */
            link?: string;
            /**
             * @description Random text that the login flow keeps in a cookie of the asking browser, fresh at each start. With it the link leads to the service's LINK_URL. Kept as an HMAC only.
             * @example q3hV0c8Zr1mX5tKwYb7nLg
             */
            link_binding?: string;
            /**
             * @description What the verification is for; compared again at check.
             * @default login
             */
            purpose?: string;
            /**
             * @description Phone number (E.164, or national with `country`) or e-mail address.
             * @example +14155552671
             */
            to?: string;
            /**
             * @description ISO 3166-1 alpha-2, to read a national number.
             * @example US
             */
            country?: string;
            /**
             * @description The login flow's own id of a user, taken literally: case matters. It need not be personal data.
             * @example user-8e03978e
             */
            subject?: string;
            /**
             * @description Random text that the login flow has bound to one browser session. Kept as an HMAC only.
             * @example b1f3c0de5a6947d2a0b8
             */
            session?: string;
            /**
             * @description The end user's IP address, as the login flow saw it.
             * @example 203.0.113.7
             */
            client_ip?: string;
            /**
             * @description The end user's User-Agent; the first 256 characters are kept.
             * @example Mozilla/5.0
             */
            user_agent?: string;
        };
        ConfirmRequest: {
            /**
             * @description The code as the person typed it: a string. Spaces, dashes and invisible characters are ignored, and the digits of every script are understood; in a recovery code case does not matter, and a look-alike is read as the character it resembles.
             * @example 482913
             */
            code: string;
            /**
             * @description Where given, the factor must be this subject’s.
             * @example user-8e03978e
             */
            subject?: string;
            /**
             * @description The end user's IP address, as the login flow saw it.
             * @example 203.0.113.7
             */
            client_ip?: string;
            /**
             * @description The end user's User-Agent; the first 256 characters are kept.
             * @example Mozilla/5.0
             */
            user_agent?: string;
        };
        ConsumeRequest: {
            /**
             * @description `approval` of a check or an exchange.
             * @example eyJhbGciOiJFZERTQSIsInR5cCI6ImNvdW50ZXJzaWduLWFwcHJvdmFsK2p3dCJ9…
             */
            token: string;
        };
        CreatedRecoveryCodes: {
            /**
             * @description The id, for every further call.
             * @example fct_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id: string;
            /**
             * @description The login flow’s own id of the user.
             * @example user-8e03978e
             */
            subject: string;
            /**
             * @description Its kind.
             * @enum {string}
             */
            type: "totp" | "recovery_codes";
            /**
             * @description An unverified app is removed unless its first code confirms it within the hour.
             * @enum {string}
             */
            status: "unverified" | "active";
            /**
             * @description Of an app; null for recovery codes.
             * @enum {string|null}
             */
            algorithm: "SHA1" | "SHA256" | "SHA512" | null;
            /**
             * @description Of an app’s code; null for recovery codes.
             * @example 6
             */
            digits: number | null;
            /**
             * @description Seconds.
             * @example 30
             */
            period: number | null;
            /**
             * @description Of recovery codes, those not used yet; else null.
             * @example null
             */
            codes_remaining: number | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            confirmed_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            last_used_at: string | null;
            /**
             * @description Shown only once.
             * @example [
             *       "7K3M-0QXW-4Z9B-TN2C-8RFH"
             *     ]
             */
            codes: string[];
        };
        CreatedTotp: {
            /**
             * @description The id, for every further call.
             * @example fct_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id: string;
            /**
             * @description The login flow’s own id of the user.
             * @example user-8e03978e
             */
            subject: string;
            /**
             * @description Its kind.
             * @enum {string}
             */
            type: "totp" | "recovery_codes";
            /**
             * @description An unverified app is removed unless its first code confirms it within the hour.
             * @enum {string}
             */
            status: "unverified" | "active";
            /**
             * @description Of an app; null for recovery codes.
             * @enum {string|null}
             */
            algorithm: "SHA1" | "SHA256" | "SHA512" | null;
            /**
             * @description Of an app’s code; null for recovery codes.
             * @example 6
             */
            digits: number | null;
            /**
             * @description Seconds.
             * @example 30
             */
            period: number | null;
            /**
             * @description Of recovery codes, those not used yet; else null.
             * @example null
             */
            codes_remaining: number | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            confirmed_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            last_used_at: string | null;
            /**
             * @description Base32, for typing it in. Shown only once; null for an imported one.
             * @example GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
             */
            secret: string | null;
            /**
             * @description otpauth://, as apps read it.
             * @example otpauth://totp/Acme:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme
             */
            uri: string | null;
            /** @description The uri as a QR code. */
            qr: {
                /**
                 * @description Markup, for the page itself.
                 * @example <svg xmlns="http://www.w3.org/2000/svg">…</svg>
                 */
                svg: string;
                /**
                 * @description A data URI, for an <img>.
                 * @example data:image/png;base64,iVBORw0KGgo…
                 */
                png: string;
            } | null;
            /**
             * @description Sentences for developers: what was accepted but deserves a second look. Often empty.
             * @example []
             */
            warnings: string[];
        };
        Delivery: {
            /**
             * @description The id of the message.
             * @example dlv_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_1
             */
            id: string;
            /**
             * @description How the code reaches the person.
             * @enum {string}
             */
            channel: "sms" | "email" | "whatsapp" | "telegram" | "voice";
            /**
             * @description The provider that sends it; null before the first try.
             * @example twilio
             */
            provider: string | null;
            /**
             * @description What became of the message.
             * @enum {string}
             */
            status: "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "canceled";
            /**
             * @description Tries so far.
             * @example 1
             */
            attempts: number;
            /** @description What went wrong; null where nothing did. */
            error: {
                /**
                 * @description The provider’s own code, or one of Countersign’s.
                 * @example 30006
                 */
                code: string;
                /**
                 * @description The provider’s explanation, shortened, without any part of the message.
                 * @example Landline or unreachable carrier
                 */
                message: string;
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            queued_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:01.000Z
             */
            sent_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example null
             */
            delivered_at: string | null;
        };
        DeliveryWebhook: {
            /**
             * @description Of this schema: fields may be added to it; another number where one is taken away.
             * @enum {number}
             */
            version: 1;
            /**
             * Format: date-time
             * @description When it happened: RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            timestamp: string;
            /**
             * @description The same at every try, and the `webhook-id` of the headers.
             * @example whm_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_0123456789ab_1
             */
            id: string;
            /**
             * @description What happened.
             * @enum {string}
             */
            type: "delivery.sent" | "delivery.failed" | "delivery.delivered" | "delivery.undelivered" | "delivery.skipped";
            /**
             * @description Counts the messages of one verification to one URL, from 1.
             * @example 1
             */
            sequence: number;
            /** @description The verification, and the message. */
            data: {
                /**
                 * @description The id of the verification.
                 * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
                 */
                verification_id: string;
                /**
                 * @description Short, easy to read out, not secret: support finds the case by it.
                 * @example K7Q-42M
                 */
                reference: string;
                /**
                 * @description The service.
                 * @example checkout
                 */
                service: string;
                /**
                 * @description What the verification is for.
                 * @example login
                 */
                purpose: string;
                /**
                 * @description `decoy` and `test` send nothing.
                 * @enum {string}
                 */
                kind: "real" | "decoy" | "test";
                /**
                 * @description Of the verification, after the event: pending, approved, canceled, …
                 * @example approved
                 */
                status: string;
                /**
                 * @description How the code reaches the person.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
                /**
                 * @description As given at the start; absent where nothing was.
                 * @example {
                 *       "request": "8e03978e"
                 *     }
                 */
                metadata?: {
                    [key: string]: string;
                };
                /**
                 * @description The number, address or subject, only where the URL asks for it.
                 * @example +14155552671
                 */
                recipient?: string;
                /**
                 * @description Who carried it.
                 * @example twilio
                 */
                provider?: string;
                /**
                 * @description Which message of the verification.
                 * @example 1
                 */
                send?: number;
                /**
                 * @description Which request to a provider.
                 * @example 1
                 */
                try?: number;
                /**
                 * @description Of a step that was left out: its place in the chain.
                 * @example 2
                 */
                step?: number;
                /**
                 * @description Why it failed: the provider’s own code, or one of Countersign’s.
                 * @example 30006
                 */
                error?: string;
            };
        };
        DetailedVerification: {
            /**
             * @description The id, for every further call.
             * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id: string;
            /**
             * @description Short, easy to read out, not secret: support finds the case by it.
             * @example K7Q-42M
             */
            reference: string;
            /**
             * @description Its state. Only `pending` can still become `approved`.
             * @enum {string}
             */
            status: "pending" | "approved" | "canceled" | "max_attempts_reached" | "expired" | "closed";
            /**
             * @description The recipient; null where a subject was given.
             * @example +14155552671
             */
            to: string | null;
            /**
             * @description The subject; null where a recipient was given.
             * @example null
             */
            subject: string | null;
            /**
             * @description How the code reaches the person.
             * @enum {string}
             */
            channel: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
            /**
             * @description BCP 47: the language that the message is written in, by look-up (RFC 4647 §3.4) over the texts of the service and the built-in ones.
             * @example en
             */
            locale: string;
            /**
             * @description What the verification is for.
             * @example login
             */
            purpose: string;
            /**
             * @description The best of the deliveries; null where nothing is sent.
             * @enum {string|null}
             */
            delivery_status: "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "canceled" | null;
            /**
             * @description Guesses that are left.
             * @example 5
             */
            attempts_remaining: number;
            /**
             * @description Messages that may still be sent; the first one counts, too.
             * @example 4
             */
            sends_remaining: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:10:00.000Z
             */
            expires_at: string;
            /**
             * @description Seconds.
             * @example 600
             */
            expires_in: number;
            /**
             * Format: date-time
             * @description Null when no sends are left, or when it would come too late. Already past where the newest send failed for good.
             * @example 2026-11-23T18:00:30.000Z
             */
            resend_at: string | null;
            /**
             * @description Seconds.
             * @example 30
             */
            resend_in: number | null;
            /**
             * @description Of a chain, the message that goes out next automatically, and when at the latest; null where none waits.
             * @example null
             */
            next_step: {
                /**
                 * @description How the code reaches the person.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 * @example 2026-11-23T18:00:00.000Z
                 */
                at: string;
            } | null;
            /**
             * @description As given at the start.
             * @example {
             *       "request": "8e03978e"
             *     }
             */
            metadata: {
                [key: string]: string;
            };
            /**
             * @description Null: this service checks the code. `caller`: whoever gave it; it has no attempts here.
             * @example null
             * @enum {string|null}
             */
            checked_by: "caller" | "twilio" | null;
            /**
             * @description Of one that is `closed`: as its caller reported it. It lets nobody in.
             * @example null
             * @enum {string|null}
             */
            outcome: "approved" | "failed" | null;
            /** @description The messages, oldest first. */
            deliveries: components["schemas"]["Delivery"][];
        };
        ExchangeRequest: {
            /**
             * @description The one-use code that the page brought back: `apc_…`.
             * @example apc_5rJ0mX…
             */
            approval: string;
            /**
             * @description Random text that the login flow has bound to one browser session. Kept as an HMAC only.
             * @example b1f3c0de5a6947d2a0b8
             */
            session: string;
        };
        Factor: {
            /**
             * @description The id of the factor.
             * @example fct_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id: string;
            /**
             * @description The login flow’s own id of the user.
             * @example user-8e03978e
             */
            subject: string;
            /**
             * @description Its kind.
             * @enum {string}
             */
            type: "totp" | "recovery_codes";
            /**
             * @description An unverified app is removed unless its first code confirms it within the hour.
             * @enum {string}
             */
            status: "unverified" | "active";
            /**
             * @description Of an app; null for recovery codes.
             * @enum {string|null}
             */
            algorithm: "SHA1" | "SHA256" | "SHA512" | null;
            /**
             * @description Of an app’s code; null for recovery codes.
             * @example 6
             */
            digits: number | null;
            /**
             * @description Seconds.
             * @example 30
             */
            period: number | null;
            /**
             * @description Of recovery codes, those not used yet; else null.
             * @example null
             */
            codes_remaining: number | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            confirmed_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            last_used_at: string | null;
        };
        FactorList: {
            /** @description Oldest first. */
            factors: components["schemas"]["Factor"][];
            /** @description What a start may ask this subject for now. */
            channels: ("totp" | "recovery_code")[];
        };
        /** @description Exactly one of `to` and `subject`. */
        ListRequest: {
            /**
             * @description Phone number (E.164, or national with `country`) or e-mail address.
             * @example +14155552671
             */
            to?: string;
            /**
             * @description ISO 3166-1 alpha-2, to read a national number.
             * @example US
             */
            country?: string;
            /**
             * @description The login flow's own id of a user, taken literally: case matters. It need not be personal data.
             * @example user-8e03978e
             */
            subject?: string;
            /**
             * @description `next_cursor` of the previous page.
             * @example eyJjIjoxNzk1NDU2ODAwMDAwfQ
             */
            cursor?: string;
            /**
             * @description How many on a page.
             * @example 20
             */
            limit?: number;
        };
        NextRequest: Record<string, never>;
        Problem: {
            /**
             * @description A page about this error.
             * @example /docs#rate_limited
             */
            type: string;
            /**
             * @description The same for every problem of its kind.
             * @example Too many requests
             */
            title: string;
            /**
             * @description The HTTP status.
             * @example 429
             */
            status: number;
            /**
             * @description What was wrong here, and what to do.
             * @example The limit sends_per_number_burst is reached.
             */
            detail: string;
            /**
             * @description The request id, also in X-Request-Id.
             * @example req_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            instance: string;
            /**
             * @description Stable: the value that programs check.
             * @enum {string}
             */
            error: "invalid_request" | "unauthenticated" | "scope_missing" | "country_not_allowed" | "channel_not_available" | "challenge_required" | "number_type_not_allowed" | "recipient_blocked" | "client_blocked" | "view_taken" | "view_without_actions" | "origin_not_allowed" | "not_found" | "verification_not_found" | "approval_not_found" | "view_not_found" | "factor_not_found" | "webhook_not_found" | "method_not_allowed" | "request_timeout" | "list_entry_exists" | "too_many_list_entries" | "verification_approved" | "verification_canceled" | "verification_closed" | "verified_elsewhere" | "outcome_reported" | "verification_mismatch" | "approval_consumed" | "factor_confirmed" | "too_many_factors" | "webhook_removed" | "secret_already_shown" | "max_attempts_reached" | "max_sends_reached" | "no_next_step" | "resend_too_late" | "verification_expired" | "payload_too_large" | "unsupported_media_type" | "channel_without_receipts" | "approval_invalid" | "code_incorrect" | "recipient_suppressed" | "idempotency_key_reused" | "rate_limited" | "resend_too_early" | "headers_too_large" | "internal_error" | "overloaded" | "store_unavailable";
            /** @description Every invalid field. */
            errors?: {
                /**
                 * @description The field, with dots into objects.
                 * @example to
                 */
                field: string;
                /**
                 * @description What is wrong with it.
                 * @example is required
                 */
                detail: string;
            }[];
            /** @description The limit that refused. */
            limit?: {
                /**
                 * @description Its name.
                 * @enum {string}
                 */
                name: "sends_per_number_burst" | "sends_per_number_day" | "sends_per_ip_burst" | "sends_per_ip_day" | "sends_per_prefix_hour" | "sends_per_country_hour" | "sends_per_service_hour" | "factor_starts_per_ip" | "check_per_ip" | "check_per_number" | "guesses_per_number_hour" | "guesses_per_number_day";
                /**
                 * @description How many it admits in a window.
                 * @example 5
                 */
                max: number;
                /**
                 * @description How long its window is.
                 * @example 600
                 */
                window_seconds: number;
            };
            /**
             * @description When to try again, as in Retry-After.
             * @example 30
             */
            retry_after_seconds?: number;
            /**
             * @description The entry of the lists that refused it: support finds the reason by it.
             * @example lst_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            reference?: string;
            /**
             * @description Guesses that are left.
             * @example 4
             */
            attempts_remaining?: number;
            verification?: components["schemas"]["Verification"];
            challenge?: components["schemas"]["Challenge"];
        };
        RecoveryCodesRequest: {
            /**
             * @description The login flow's own id of a user, taken literally: case matters. It need not be personal data.
             * @example user-8e03978e
             */
            subject: string;
            /**
             * @description The end user's IP address, as the login flow saw it.
             * @example 203.0.113.7
             */
            client_ip?: string;
            /**
             * @description The end user's User-Agent; the first 256 characters are kept.
             * @example Mozilla/5.0
             */
            user_agent?: string;
        };
        ReportRequest: {
            /**
             * @description `approved`: the right code was entered. `failed`: it was not.
             * @example approved
             * @enum {string}
             */
            outcome: "approved" | "failed";
        };
        ResendRequest: {
            /**
             * @description How the code travels. Default by recipient: sms or email; whatsapp, telegram and voice (a call) reach numbers.
             * @enum {string}
             */
            channel?: "sms" | "email" | "whatsapp" | "telegram" | "voice";
        };
        /** @description Exactly one of `to` and `subject`. */
        StartRequest: {
            /**
             * @description Phone number (E.164, or national with `country`) or e-mail address.
             * @example +14155552671
             */
            to?: string;
            /**
             * @description The login flow's own id of a user, taken literally: case matters. It need not be personal data.
             * @example user-8e03978e
             */
            subject?: string;
            /**
             * @description How the code reaches the person: with `to` sms or email (default by recipient), whatsapp, telegram or voice (a call); with `subject` totp (default) or recovery_code, for which nothing is sent.
             * @enum {string}
             */
            channel?: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
            /**
             * @description A chain, in place of `channel`: each goes to the same recipient with the same code, until one is delivered or the verification ends.
             * @example [
             *       "whatsapp",
             *       {
             *         "channel": "sms",
             *         "timeout_seconds": 40
             *       }
             *     ]
             */
            channels?: (("sms" | "email" | "whatsapp" | "telegram" | "voice") | {
                /**
                 * @description How the code travels. Default by recipient: sms or email; whatsapp, telegram and voice (a call) reach numbers.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice";
                /** @description How long it may take without `delivered`, from its hand-over, before the next goes out. Default by channel. */
                timeout_seconds?: number;
                /** @description True: the next may follow even where nobody reports that a message of this channel arrived. */
                blind?: boolean;
            })[];
            /**
             * @description ISO 3166-1 alpha-2, to read a national number.
             * @example US
             */
            country?: string;
            /**
             * @description BCP 47 (en_US is understood, too). Where it cannot be read, or there is no such text: the language of the number's country, then the service's. The answer's `locale` names the one in use.
             * @example en
             */
            locale?: string;
            /**
             * @description What the verification is for; compared again at check.
             * @default login
             */
            purpose?: string;
            /**
             * @description Random text that the login flow has bound to one browser session. Kept as an HMAC only.
             * @example b1f3c0de5a6947d2a0b8
             */
            session?: string;
            /**
             * @description True where this person has already passed another factor (a password).
             * @default false
             */
            authenticated?: boolean;
            /**
             * @description True for an account that does not exist: the same answer, and nothing is sent.
             * @default false
             */
            decoy?: boolean;
            /** @description True where the browser that holds its view token may check, send again and move on. */
            actions?: boolean;
            /**
             * @description The end user's IP address, as the login flow saw it.
             * @example 203.0.113.7
             */
            client_ip?: string;
            /**
             * @description The end user's User-Agent; the first 256 characters are kept.
             * @example Mozilla/5.0
             */
            user_agent?: string;
            /**
             * @description Digits of the code; by Telegram 4 to 8. Default: the service's.
             * @example 6
             */
            code_length?: number;
            /**
             * @description Lifetime of the verification in seconds. Default: the service's.
             * @example 600
             */
            ttl_seconds?: number;
            /**
             * @description Up to 10 pairs of strings (keys up to 40, values up to 256), returned as given.
             * @example {
             *       "request": "8e03978e"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * @description The solution of the challenge of a 403 `challenge_required`: the base64 text of `{"challenge": …, "solution": …}`, as altcha’s widget gives it. Ignored where no challenge is needed.
             * @example eyJjaGFsbGVuZ2UiOnsicGFyYW1ldGVycyI6…
             */
            challenge?: string;
            /**
             * @description Where the hosted page leads after approval, with the one-use `approval` that is exchanged: one of the service's RETURN_URLS by origin and path, with a query of its own at the most. The page may then check, send again and move on. Needs `session`, without which nothing could be exchanged.
             * @example https://app.example.com/login/back
             */
            return_url?: string;
            /**
             * @description Random text of the login flow, fresh at each start: the check then answers a signed `approval` with it. Needs the setting PUBLIC_URL.
             * @example n-0S6_WzA2Mj7qLfT1cQvA
             */
            nonce?: string;
            /** @description True: the signed approval names the recipient or subject. Needs `nonce`. */
            include_recipient?: boolean;
            /** @description True: the mail also has a link, which approves only in the browser that asked for it. Only for e-mail addresses. */
            link?: boolean;
            /**
             * @description Random text that the login flow keeps in a cookie of the asking browser, fresh at each start. With it the link leads to the service's LINK_URL. Kept as an HMAC only.
             * @example q3hV0c8Zr1mX5tKwYb7nLg
             */
            link_binding?: string;
            /**
             * @description Only with a key of the scope `relay`: your own code, 4 to 12 digits and letters (0-9, A-Z, a-z), which you check. With it goes `"check": "elsewhere"`.
             * @example 482913
             */
            code?: string;
            /**
             * @description The code is given, and is not checked here: no hash is made of it.
             * @example elsewhere
             * @enum {string}
             */
            check?: "elsewhere";
        };
        StartedVerification: {
            /**
             * @description The id, for every further call.
             * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id: string;
            /**
             * @description Short, easy to read out, not secret: support finds the case by it.
             * @example K7Q-42M
             */
            reference: string;
            /**
             * @description Its state. Only `pending` can still become `approved`.
             * @enum {string}
             */
            status: "pending" | "approved" | "canceled" | "max_attempts_reached" | "expired" | "closed";
            /**
             * @description The recipient; null where a subject was given.
             * @example +14155552671
             */
            to: string | null;
            /**
             * @description The subject; null where a recipient was given.
             * @example null
             */
            subject: string | null;
            /**
             * @description How the code reaches the person.
             * @enum {string}
             */
            channel: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
            /**
             * @description BCP 47: the language that the message is written in, by look-up (RFC 4647 §3.4) over the texts of the service and the built-in ones.
             * @example en
             */
            locale: string;
            /**
             * @description What the verification is for.
             * @example login
             */
            purpose: string;
            /**
             * @description The best of the deliveries; null where nothing is sent.
             * @enum {string|null}
             */
            delivery_status: "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "canceled" | null;
            /**
             * @description Guesses that are left.
             * @example 5
             */
            attempts_remaining: number;
            /**
             * @description Messages that may still be sent; the first one counts, too.
             * @example 4
             */
            sends_remaining: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:10:00.000Z
             */
            expires_at: string;
            /**
             * @description Seconds.
             * @example 600
             */
            expires_in: number;
            /**
             * Format: date-time
             * @description Null when no sends are left, or when it would come too late. Already past where the newest send failed for good.
             * @example 2026-11-23T18:00:30.000Z
             */
            resend_at: string | null;
            /**
             * @description Seconds.
             * @example 30
             */
            resend_in: number | null;
            /**
             * @description Of a chain, the message that goes out next automatically, and when at the latest; null where none waits.
             * @example null
             */
            next_step: {
                /**
                 * @description How the code reaches the person.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 * @example 2026-11-23T18:00:00.000Z
                 */
                at: string;
            } | null;
            /**
             * @description As given at the start.
             * @example {
             *       "request": "8e03978e"
             *     }
             */
            metadata: {
                [key: string]: string;
            };
            /**
             * @description Null: this service checks the code. `caller`: whoever gave it; it has no attempts here.
             * @example null
             * @enum {string|null}
             */
            checked_by: "caller" | "twilio" | null;
            /**
             * @description Of one that is `closed`: as its caller reported it. It lets nobody in.
             * @example null
             * @enum {string|null}
             */
            outcome: "approved" | "failed" | null;
            /**
             * @description For the person’s browser: what they may know of it and, with `actions`, do. Secret: the first browser that uses it is the only one. It ends with the verification.
             * @example vt_EQ8aLBUl4eHoUoN0bVnZm4wEEdoOJ8gXkq1w2t3r4y5u6i7o8p
             */
            view_token: string;
            /**
             * @description The page for it; null without PUBLIC_URL.
             * @example https://verify.example.com/v/vt_EQ8aLBUl4eHoUoN0bVnZm4wEEdoOJ8gXkq1w2t3r4y5u6i7o8p
             */
            view_url: string | null;
        };
        TotpRequest: {
            /**
             * @description The login flow's own id of a user, taken literally: case matters. It need not be personal data.
             * @example user-8e03978e
             */
            subject: string;
            /**
             * @description Default: the service's brand name, a colon in it shown as a hyphen.
             * @example Acme
             */
            issuer?: string;
            /**
             * @description The name that the app shows next to the issuer. It is in the QR code and is not kept.
             * @example alice@example.com
             */
            account_name: string;
            /**
             * @description Many apps support SHA1 only, and ignore this.
             * @default SHA1
             * @enum {string}
             */
            algorithm?: "SHA1" | "SHA256" | "SHA512";
            /**
             * @description Of an app’s code; null for recovery codes.
             * @default 6
             */
            digits?: 6 | 8;
            /**
             * @description Seconds of a time step. Many apps support 30 only.
             * @example 30
             */
            period?: number;
            /**
             * @description To import a secret that the person already has in an app: Base32 of 10 to 64 bytes, in any case and grouping, with or without padding. It is not returned; under 16 bytes the answer contains a warning.
             * @example GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
             */
            secret?: string;
            /**
             * @description Only with `secret`: the app has proved itself elsewhere, and is active at once.
             * @default false
             */
            confirmed?: boolean;
            /**
             * @description The end user's IP address, as the login flow saw it.
             * @example 203.0.113.7
             */
            client_ip?: string;
            /**
             * @description The end user's User-Agent; the first 256 characters are kept.
             * @example Mozilla/5.0
             */
            user_agent?: string;
        };
        Verification: {
            /**
             * @description The id, for every further call.
             * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
             */
            id: string;
            /**
             * @description Short, easy to read out, not secret: support finds the case by it.
             * @example K7Q-42M
             */
            reference: string;
            /**
             * @description Its state. Only `pending` can still become `approved`.
             * @enum {string}
             */
            status: "pending" | "approved" | "canceled" | "max_attempts_reached" | "expired" | "closed";
            /**
             * @description The recipient; null where a subject was given.
             * @example +14155552671
             */
            to: string | null;
            /**
             * @description The subject; null where a recipient was given.
             * @example null
             */
            subject: string | null;
            /**
             * @description How the code reaches the person.
             * @enum {string}
             */
            channel: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
            /**
             * @description BCP 47: the language that the message is written in, by look-up (RFC 4647 §3.4) over the texts of the service and the built-in ones.
             * @example en
             */
            locale: string;
            /**
             * @description What the verification is for.
             * @example login
             */
            purpose: string;
            /**
             * @description The best of the deliveries; null where nothing is sent.
             * @enum {string|null}
             */
            delivery_status: "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "canceled" | null;
            /**
             * @description Guesses that are left.
             * @example 5
             */
            attempts_remaining: number;
            /**
             * @description Messages that may still be sent; the first one counts, too.
             * @example 4
             */
            sends_remaining: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:10:00.000Z
             */
            expires_at: string;
            /**
             * @description Seconds.
             * @example 600
             */
            expires_in: number;
            /**
             * Format: date-time
             * @description Null when no sends are left, or when it would come too late. Already past where the newest send failed for good.
             * @example 2026-11-23T18:00:30.000Z
             */
            resend_at: string | null;
            /**
             * @description Seconds.
             * @example 30
             */
            resend_in: number | null;
            /**
             * @description Of a chain, the message that goes out next automatically, and when at the latest; null where none waits.
             * @example null
             */
            next_step: {
                /**
                 * @description How the code reaches the person.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 * @example 2026-11-23T18:00:00.000Z
                 */
                at: string;
            } | null;
            /**
             * @description As given at the start.
             * @example {
             *       "request": "8e03978e"
             *     }
             */
            metadata: {
                [key: string]: string;
            };
            /**
             * @description Null: this service checks the code. `caller`: whoever gave it; it has no attempts here.
             * @example null
             * @enum {string|null}
             */
            checked_by: "caller" | "twilio" | null;
            /**
             * @description Of one that is `closed`: as its caller reported it. It lets nobody in.
             * @example null
             * @enum {string|null}
             */
            outcome: "approved" | "failed" | null;
        };
        VerificationPage: {
            /** @description Newest first. */
            verifications: components["schemas"]["DetailedVerification"][];
            /**
             * @description Null on the last page.
             * @example null
             */
            next_cursor: string | null;
        };
        VerificationWebhook: {
            /**
             * @description Of this schema: fields may be added to it; another number where one is taken away.
             * @enum {number}
             */
            version: 1;
            /**
             * Format: date-time
             * @description When it happened: RFC 3339, UTC.
             * @example 2026-11-23T18:00:00.000Z
             */
            timestamp: string;
            /**
             * @description The same at every try, and the `webhook-id` of the headers.
             * @example whm_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_0123456789ab_1
             */
            id: string;
            /**
             * @description What happened.
             * @enum {string}
             */
            type: "verification.approved" | "verification.canceled" | "verification.expired" | "verification.max_attempts_reached" | "verification.closed";
            /**
             * @description Counts the messages of one verification to one URL, from 1.
             * @example 1
             */
            sequence: number;
            /** @description The verification. */
            data: {
                /**
                 * @description The id of the verification.
                 * @example vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p
                 */
                verification_id: string;
                /**
                 * @description Short, easy to read out, not secret: support finds the case by it.
                 * @example K7Q-42M
                 */
                reference: string;
                /**
                 * @description The service.
                 * @example checkout
                 */
                service: string;
                /**
                 * @description What the verification is for.
                 * @example login
                 */
                purpose: string;
                /**
                 * @description `decoy` and `test` send nothing.
                 * @enum {string}
                 */
                kind: "real" | "decoy" | "test";
                /**
                 * @description Of the verification, after the event: pending, approved, canceled, …
                 * @example approved
                 */
                status: string;
                /**
                 * @description How the code reaches the person.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
                /**
                 * @description As given at the start; absent where nothing was.
                 * @example {
                 *       "request": "8e03978e"
                 *     }
                 */
                metadata?: {
                    [key: string]: string;
                };
                /**
                 * @description The number, address or subject, only where the URL asks for it.
                 * @example +14155552671
                 */
                recipient?: string;
                /**
                 * @description Of `verification.closed`, as its caller reported it: approved or failed.
                 * @example approved
                 */
                outcome?: string;
            };
        };
        View: {
            /**
             * @description Short, easy to read out, not secret: support finds the case by it.
             * @example K7Q-42M
             */
            reference: string;
            /**
             * @description Its state. Only `pending` can still become `approved`.
             * @enum {string}
             */
            status: "pending" | "approved" | "canceled" | "max_attempts_reached" | "expired" | "closed";
            /**
             * @description Masked; null where a subject was given.
             * @example +141•••71
             */
            recipient: string | null;
            /**
             * @description How the code reaches the person.
             * @enum {string}
             */
            channel: "sms" | "email" | "whatsapp" | "telegram" | "voice" | "totp" | "recovery_code";
            /**
             * @description What the verification is for.
             * @example login
             */
            purpose: string;
            /**
             * @description The service that asks.
             * @example Example
             */
            brand: string;
            /**
             * @description BCP 47.
             * @example en
             */
            locale: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             * @example 2026-11-23T18:10:00.000Z
             */
            expires_at: string;
            /**
             * @description Until `expires_at`.
             * @example 600
             */
            expires_in_seconds: number;
            /**
             * Format: date-time
             * @description When the code may be sent again; null: not any more.
             * @example 2026-11-23T18:00:30.000Z
             */
            resend_at: string | null;
            /**
             * @description Until `resend_at`.
             * @example 30
             */
            resend_in_seconds: number | null;
            /**
             * @description Guesses that are left.
             * @example 4
             */
            attempts_remaining: number;
            /**
             * @description Digits of the code; null for an authenticator app or a recovery code.
             * @example 6
             */
            code_length: number | null;
            /**
             * @description Of a chain, what goes out next; only where the start said `authenticated`.
             * @example null
             */
            next_step: {
                /**
                 * @description How the code reaches the person.
                 * @enum {string}
                 */
                channel: "sms" | "email" | "whatsapp" | "telegram" | "voice";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 * @example 2026-11-23T18:00:00.000Z
                 */
                at: string;
            } | null;
            /** @description What became of the newest message. Without `authenticated` in the start it is `trying` or `sent`, by the time alone. */
            message: {
                /**
                 * @description How far it has come.
                 * @enum {string}
                 */
                state: "trying" | "sent" | "delivered" | "failed";
                /**
                 * @description In English, for the person who waits. Pages in other languages go by `state` and `reason`.
                 * @example The text message was sent.
                 */
                text: string;
                /**
                 * @description Why it does not arrive, where the person can do something about it.
                 * @enum {string|null}
                 */
                reason: "landline" | "no_texts" | "unknown" | "opted_out" | "unreachable" | "filtered" | "full" | null;
                /**
                 * Format: date-time
                 * @description When it was sent or delivered.
                 * @example 2026-11-23T18:00:00.000Z
                 */
                at: string | null;
            } | null;
            /**
             * @description The one-use code, once the code was right; for five minutes, and only where the start had a `session`. Your server exchanges it (`POST /approvals/exchange`).
             * @example apc_5rJ0mX…
             */
            approval: string | null;
            /**
             * @description Possible now; empty where the start did not say `actions`.
             * @example [
             *       "check"
             *     ]
             */
            actions: ("check" | "resend" | "next")[];
        };
        ViewActionRequest: Record<string, never>;
        ViewCheckRequest: {
            /**
             * @description The code as the person typed it: a string. Spaces, dashes and invisible characters are ignored, and the digits of every script are understood; in a recovery code case does not matter, and a look-alike is read as the character it resembles.
             * @example 482913
             */
            code: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
