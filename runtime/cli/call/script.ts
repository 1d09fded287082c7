/** What the caller says in one turn. */
export interface Line {
	readonly text: string;
	/** Recorded speech in place of the synthesiser, 16 kHz. */
	readonly pcm?: Int16Array;
	/** Spoken this long after the agent's first sound: the caller interrupts. Absent: when the agent has finished. */
	readonly bargeInMs?: number;
}

/** `text@ms`: what to say, and how long after the agent's first sound. */
export function parseBargeIn(value: string): Line | undefined {
	const [, text, ms] = /^(.+)@(\d{1,6})$/.exec(value.trim()) ?? [];
	return text === undefined ? undefined : { text: text.trim(), bargeInMs: Number(ms) };
}
