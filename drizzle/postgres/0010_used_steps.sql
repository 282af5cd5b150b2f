CREATE TABLE "used_steps" (
	"subject_index" "bytea" NOT NULL,
	"period" integer NOT NULL,
	"last_step" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	CONSTRAINT "used_steps_subject_index_period_pk" PRIMARY KEY("subject_index","period")
);
--> statement-breakpoint
CREATE INDEX "used_steps_expiry" ON "used_steps" USING btree ("expires_at");