CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"service" text,
	"name" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"created_at" bigint NOT NULL,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "codes" (
	"verification_seq" bigint PRIMARY KEY NOT NULL,
	"code_hash" text,
	"code_sealed" "bytea",
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"verification_seq" bigint NOT NULL,
	"send" integer NOT NULL,
	"channel" text NOT NULL,
	"status" text NOT NULL,
	"provider" text,
	"attempts" integer NOT NULL,
	"ambiguous" integer NOT NULL,
	"due_at" bigint,
	"token" text,
	"error_code" text,
	"error_message" text,
	"queued_at" bigint NOT NULL,
	"sent_at" bigint,
	"delivered_at" bigint,
	CONSTRAINT "deliveries_verification_seq_send_pk" PRIMARY KEY("verification_seq","send")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"type" text NOT NULL,
	"verification_seq" bigint,
	"service" text NOT NULL,
	"key_id" text,
	"client_ip" text,
	"user_agent" text,
	"budget_index" "bytea",
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"service" text NOT NULL,
	"route" text NOT NULL,
	"key_mac" "bytea" NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"answer" "bytea" NOT NULL,
	"expires_at" bigint NOT NULL,
	CONSTRAINT "idempotency_keys_service_route_key_mac_pk" PRIMARY KEY("service","route","key_mac")
);
--> statement-breakpoint
CREATE TABLE "limit_counters" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "send_attempts" (
	"verification_seq" bigint NOT NULL,
	"send" integer NOT NULL,
	"attempt" integer NOT NULL,
	"provider" text NOT NULL,
	"started_at" bigint NOT NULL,
	"duration_ms" bigint,
	"result" text,
	"reference" text,
	"error_code" text,
	"error_message" text,
	CONSTRAINT "send_attempts_verification_seq_send_attempt_pk" PRIMARY KEY("verification_seq","send","attempt")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "verifications_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"reference" text NOT NULL,
	"service" text NOT NULL,
	"status" text NOT NULL,
	"channel" text NOT NULL,
	"purpose" text NOT NULL,
	"locale" text NOT NULL,
	"recipient_sealed" "bytea" NOT NULL,
	"address_index" "bytea" NOT NULL,
	"budget_index" "bytea" NOT NULL,
	"country" text,
	"session_mac" "bytea",
	"session_slot" "bytea",
	"authenticated" boolean NOT NULL,
	"kind" text NOT NULL,
	"code_length" integer NOT NULL,
	"pepper_key_id" text NOT NULL,
	"attempts" integer NOT NULL,
	"failed" integer NOT NULL,
	"max_attempts" integer NOT NULL,
	"last_attempt_at" bigint,
	"sends" integer NOT NULL,
	"max_sends" integer NOT NULL,
	"last_send_at" bigint NOT NULL,
	"client_ip" text,
	"metadata" jsonb NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"ended_at" bigint
);
--> statement-breakpoint
ALTER TABLE "codes" ADD CONSTRAINT "codes_verification_seq_verifications_seq_fk" FOREIGN KEY ("verification_seq") REFERENCES "public"."verifications"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_verification_seq_verifications_seq_fk" FOREIGN KEY ("verification_seq") REFERENCES "public"."verifications"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_verification_seq_verifications_seq_fk" FOREIGN KEY ("verification_seq") REFERENCES "public"."verifications"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "send_attempts" ADD CONSTRAINT "send_attempts_verification_seq_verifications_seq_fk" FOREIGN KEY ("verification_seq") REFERENCES "public"."verifications"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_service" ON "api_keys" USING btree ("service","created_at");--> statement-breakpoint
CREATE INDEX "codes_sealed" ON "codes" USING btree ("expires_at") WHERE code_sealed is not null;--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("channel","due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "events_verification" ON "events" USING btree ("verification_seq") WHERE verification_seq is not null;--> statement-breakpoint
CREATE INDEX "events_stream" ON "events" USING btree ("service","type","at","seq");--> statement-breakpoint
CREATE INDEX "events_budget" ON "events" USING btree ("budget_index") WHERE budget_index is not null;--> statement-breakpoint
CREATE INDEX "idempotency_keys_expiry" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "limit_counters_expiry" ON "limit_counters" USING btree ("expire");--> statement-breakpoint
CREATE UNIQUE INDEX "verifications_id" ON "verifications" USING btree ("id");--> statement-breakpoint
CREATE INDEX "verifications_reference" ON "verifications" USING btree ("reference");--> statement-breakpoint
CREATE INDEX "verifications_budget" ON "verifications" USING btree ("budget_index","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "verifications_slot" ON "verifications" USING btree ("session_slot") WHERE session_slot is not null;--> statement-breakpoint
CREATE INDEX "verifications_session" ON "verifications" USING btree ("session_mac") WHERE session_mac is not null;--> statement-breakpoint
CREATE INDEX "verifications_open" ON "verifications" USING btree ("expires_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "verifications_spent" ON "verifications" USING btree ("last_attempt_at") WHERE status = 'pending' and attempts >= max_attempts;