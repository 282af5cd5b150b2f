CREATE TABLE "factors" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "factors_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"service" text NOT NULL,
	"type" text NOT NULL,
	"status" text NOT NULL,
	"subject_sealed" "bytea" NOT NULL,
	"subject_index" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"secret_sealed" "bytea",
	"algorithm" text,
	"digits" integer,
	"period" integer,
	"attempts" integer NOT NULL,
	"last_step" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"confirmed_at" bigint,
	"last_used_at" bigint
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"factor_seq" bigint NOT NULL,
	"selector" text NOT NULL,
	"hash_sealed" "bytea",
	"used_at" bigint,
	CONSTRAINT "recovery_codes_factor_seq_selector_pk" PRIMARY KEY("factor_seq","selector")
);
--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_factor_seq_factors_seq_fk" FOREIGN KEY ("factor_seq") REFERENCES "public"."factors"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "factors_id" ON "factors" USING btree ("id");--> statement-breakpoint
CREATE INDEX "factors_subject" ON "factors" USING btree ("subject_index");--> statement-breakpoint
CREATE INDEX "factors_unverified" ON "factors" USING btree ("created_at") WHERE status = 'unverified';--> statement-breakpoint
CREATE INDEX "factors_key" ON "factors" USING btree ("key_id");