CREATE TABLE "trace_contexts" (
	"verification_id" text NOT NULL,
	"send" integer NOT NULL,
	"traceparent" text NOT NULL,
	"tracestate" text,
	"at" bigint NOT NULL,
	CONSTRAINT "trace_contexts_verification_id_send_pk" PRIMARY KEY("verification_id","send")
);
--> statement-breakpoint
ALTER TABLE "trace_contexts" ADD CONSTRAINT "trace_contexts_verification_id_verifications_id_fk" FOREIGN KEY ("verification_id") REFERENCES "verifications"("id") ON DELETE cascade ON UPDATE no action;