import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { VoiceError } from '../../contract/errors';

/** Another runtime may be writing. */
const LOCK_LIMIT_MS = 2_000;
/** A token may be looked at in its last moment, and be spent a little later. */
const FORGOTTEN_AFTER_MS = 5 * 60_000;

/** Which tokens have been used. It has to outlive the runtime: a token is good for one call, whatever is started again. */
export interface SpentTokens {
	/** true once for each `id`: this call has it. `overAt`: from then on nobody takes it any more; since 1970, ms. */
	spend(id: string, overAt: number, now: number): boolean;
	/** The call did not come about. */
	giveBack(id: string): void;
	close(): void;
}

/** In a file that only its owner can read. Several runtimes may share it. */
export class SpentTokensFile implements SpentTokens {
	private opened: DatabaseSync | undefined;

	/** The file is opened when the first token comes: most runtimes never see one. */
	constructor(private readonly file: string) {}

	spend(id: string, overAt: number, now: number): boolean {
		const database = this.database();
		database.prepare('DELETE FROM spent WHERE over_at < ?').run(now - FORGOTTEN_AFTER_MS);
		return database.prepare('INSERT OR IGNORE INTO spent (id, over_at) VALUES (?, ?)').run(id, overAt).changes === 1;
	}

	giveBack(id: string): void {
		this.database().prepare('DELETE FROM spent WHERE id = ?').run(id);
	}

	close(): void {
		this.opened?.close();
		this.opened = undefined;
	}

	private database(): DatabaseSync {
		try {
			this.opened ??= open(this.file);
			return this.opened;
		} catch (cause) {
			throw new VoiceError('VOICE_ERR_TOKEN_KEYS', 'The runtime cannot remember which invitations have been used, so it takes none.', {
				cause,
				remedy: `Who runs the agent: let the runtime write to ${path.dirname(this.file)}, or set VOICE_LOOP_DATA to another folder.`,
			});
		}
	}
}

function open(file: string): DatabaseSync {
	mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	closeSync(openSync(file, 'a', 0o600));
	// Loaded here: Node 22 warns of it, and only who uses tokens shall see that.
	const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
	const database = new Database(file, { timeout: LOCK_LIMIT_MS });
	// FULL: what was answered is on the disk, even if the machine loses its power.
	database.exec(`
		PRAGMA journal_mode = WAL;
		PRAGMA synchronous = FULL;
		CREATE TABLE IF NOT EXISTS spent (id TEXT PRIMARY KEY, over_at INTEGER NOT NULL) WITHOUT ROWID;
	`);
	return database;
}
