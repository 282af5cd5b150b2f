CREATE TABLE `used_steps` (
	`subject_index` blob NOT NULL,
	`period` integer NOT NULL,
	`last_step` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`subject_index`, `period`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `used_steps_expiry` ON `used_steps` (`expires_at`);--> statement-breakpoint
CREATE TRIGGER `factors_used_step` AFTER DELETE ON `factors` WHEN old.`last_step` > 0 BEGIN
	INSERT INTO `used_steps` (`subject_index`, `period`, `last_step`, `expires_at`)
	VALUES (old.`subject_index`, old.`period`, old.`last_step`, (old.`last_step` + 1) * old.`period` * 1000 + 3600000)
	ON CONFLICT (`subject_index`, `period`) DO UPDATE SET
		`last_step` = max(`last_step`, excluded.`last_step`), `expires_at` = max(`expires_at`, excluded.`expires_at`);
END;
