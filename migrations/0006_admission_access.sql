-- Signing out everywhere and deleting the account move the time before which no sign-in is taken.
GRANT UPDATE (not_valid_before) ON users TO parley_app;
--> statement-breakpoint
-- Whoever signs in again after a purge is told by the receipt which sign-ins are older.
GRANT SELECT (user_id, deleted_at) ON purge_receipts TO parley_app;
