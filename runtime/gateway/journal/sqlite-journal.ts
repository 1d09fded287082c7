import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PageEvent } from '../../contract/page-events';
import type { ConversationInput } from '../../dialogue/conversation-events';
import type { TurnEntry } from '../../dialogue/history/transcript-entry';
import { monotonicClock } from '../../lib/clock';
import type { Log } from '../../lib/log';
import type { SendMemory } from '../../contract/link';
import { type CallBeginning, type CallJournal, type Journal, type ReplyRecord, type StoredCall, type StoredTurn, type TurnRecord, noJournal } from './journal';

type Kind = 'call' | 'input' | 'event' | 'history' | 'turn' | 'reply' | 'sound' | 'sending';

interface Row {
	readonly call: string;
	readonly kind: Kind;
	readonly name: string | null;
	readonly at: number;
	readonly json: string;
}

/** Of the rows. A file of another format is begun anew: its calls cannot be gone on with. */
const FORMAT = 3;

/** What is written as it happens has a row of its own; the rest replaces its row: one for each call, entry or turn. */
const SCHEMA = `
	PRAGMA journal_mode = WAL;
	PRAGMA synchronous = NORMAL;
	PRAGMA secure_delete = ON;
	CREATE TABLE IF NOT EXISTS entry (
		seq INTEGER PRIMARY KEY,
		call TEXT NOT NULL,
		kind TEXT NOT NULL,
		name TEXT,
		at REAL NOT NULL,
		json TEXT NOT NULL,
		UNIQUE (call, kind, name)
	);
`;

/**
 * Opens the journal, in a file that only its owner can read. Where that cannot be, or another runtime has it, calls are kept
 * in memory only, and the log says why.
 *
 * NORMAL: what was written outlives the process at once, and the machine's power some moments later.
 */
export function openJournal(file: string, log: Log): Journal {
	try {
		mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
		closeSync(openSync(file, 'a', 0o600));
		// Loaded here: Node 22 warns of it.
		const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
		const database = new Database(file);
		database.exec('PRAGMA locking_mode = EXCLUSIVE');
		const { user_version: format } = database.prepare('PRAGMA user_version').get() as { user_version: number };
		if (format !== FORMAT) database.exec(`DROP TABLE IF EXISTS entry; PRAGMA user_version = ${FORMAT}`);
		database.exec(SCHEMA);
		return new SqliteJournal(database, log);
	} catch (err) {
		log.warn({ err }, 'calls cannot be kept in a file: they end with this process');
		return noJournal;
	}
}

class SqliteJournal implements Journal {
	readonly keeps = true;
	private readonly insert: StatementSync;
	private readonly remove: StatementSync;
	private closed = false;
	private inTogether = false;

	constructor(
		private readonly database: DatabaseSync,
		private readonly log: Log,
	) {
		this.insert = database.prepare('INSERT OR REPLACE INTO entry (call, kind, name, at, json) VALUES (?, ?, ?, ?, ?)');
		this.remove = database.prepare('DELETE FROM entry WHERE call = ?');
	}

	take(): StoredCall[] {
		const rows = this.database.prepare('SELECT call, kind, name, at, json FROM entry ORDER BY seq').all() as unknown as Row[];
		const calls = new Map<string, Row[]>();
		for (const row of rows) {
			const own = calls.get(row.call);
			if (own) own.push(row);
			else calls.set(row.call, [row]);
		}
		return [...calls].flatMap(([id, own]) => {
			try {
				return [stored(own)];
			} catch (err) {
				// Of another version, or broken.
				this.log.warn({ err, sessionId: id }, 'a call of before cannot be read and is forgotten');
				this.forget(id);
				return [];
			}
		});
	}

	open(call: CallBeginning): CallJournal {
		this.write(call.id, 'call', '', call);
		return this.journalOf(call.id, 0);
	}

	goOn({ id, history }: StoredCall): CallJournal {
		return this.journalOf(id, history.length);
	}

	/** `most`: entries of the history that have a row. */
	private journalOf(id: string, most: number): CallJournal {
		return {
			input: (input) => this.write(id, 'input', null, later(input, sinceEpoch())),
			event: (event) => this.write(id, 'event', null, event),
			history: (entries, from) => {
				for (let index = from; index < Math.max(most, entries.length); index++) this.write(id, 'history', String(index), entries[index] ?? null);
				most = entries.length;
			},
			turn: (record) => this.write(id, 'turn', record.id, { ...record, start: later(record.start, sinceEpoch()) }),
			reply: (turnId, record) => this.write(id, 'reply', turnId, record),
			sound: (turnId, pcm) => this.write(id, 'sound', turnId, pcm ? { base64: Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64') } : null),
			sending: (memory) => this.write(id, 'sending', '', memory),
			together: (act) => this.together(act),
			ended: () => this.forget(id),
		};
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		this.database.close();
	}

	private write(call: string, kind: Kind, name: string | null, value: object | null): void {
		this.guarded(() => this.insert.run(call, kind, name, Date.now(), JSON.stringify(value)));
	}

	private forget(call: string): void {
		this.guarded(() => this.remove.run(call));
	}

	private together<T>(act: () => T): T {
		if (this.inTogether) return act();
		this.inTogether = true;
		this.guarded(() => this.database.exec('BEGIN'));
		try {
			return act();
		} finally {
			this.inTogether = false;
			this.guarded(() => this.database.exec('COMMIT'));
		}
	}

	/** A full disk must not end a call. */
	private guarded(act: () => void): void {
		if (this.closed) return;
		try {
			act();
		} catch (err) {
			this.log.error({ err }, 'the journal of the calls cannot be written');
		}
	}
}

/** From monotonic time to ms since 1970. */
function sinceEpoch(): number {
	return Date.now() - monotonicClock.now();
}

/** With all of its times (`at`, `speechEndAt`) so much later. */
function later<T extends object>(value: T, ms: number): T {
	const times = Object.entries(value).flatMap(([name, time]) => (/^at$|At$/.test(name) && typeof time === 'number' ? [[name, time + ms] as const] : []));
	return { ...value, ...Object.fromEntries(times) };
}

function stored(rows: readonly Row[]): StoredCall {
	const of = <T>(kind: Kind): T[] => rows.filter((row) => row.kind === kind).toSorted((one, two) => Number(one.name) - Number(two.name) || 0).map(({ json }) => JSON.parse(json) as T);
	const [beginning] = of<CallBeginning>('call');
	if (!beginning) throw new Error('a call without its beginning');
	const [sending] = of<SendMemory>('sending');
	const offset = sinceEpoch();
	return {
		...beginning,
		lastAt: Math.max(...rows.map(({ at }) => at)),
		inputs: of<ConversationInput>('input').map((input) => later(input, -offset)),
		events: of<PageEvent>('event'),
		history: of<TurnEntry | null>('history').filter((entry) => entry !== null),
		turns: of<TurnRecord>('turn').map((turn) => ({ ...turn, start: later(turn.start, -offset), ...ofTurn(rows, turn.id) })).toSorted((one, two) => one.start.n - two.start.n),
		sending,
	};
}

function ofTurn(rows: readonly Row[], id: string): Pick<StoredTurn, 'reply' | 'sound'> {
	const of = <T>(wanted: Kind): T | null => {
		const row = rows.find(({ kind, name }) => kind === wanted && name === id);
		return row ? (JSON.parse(row.json) as T) : null;
	};
	const sound = of<{ base64: string }>('sound');
	return { reply: of<ReplyRecord>('reply') ?? undefined, sound: sound ? pcmOf(Buffer.from(sound.base64, 'base64')) : undefined };
}

/** In memory of its own: a Buffer may begin anywhere in a larger one. */
function pcmOf(bytes: Buffer): Int16Array {
	return new Int16Array(Uint8Array.from(bytes).buffer);
}
