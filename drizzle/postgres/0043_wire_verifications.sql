CREATE TABLE "wire_verifications" (
	"verification_id" text PRIMARY KEY NOT NULL,
	"wire" text NOT NULL,
	"sid" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "wire_verifications" ADD CONSTRAINT "wire_verifications_verification_id_verifications_id_fk" FOREIGN KEY ("verification_id") REFERENCES "public"."verifications"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "wire_verifications_sid" ON "wire_verifications" USING btree ("sid");