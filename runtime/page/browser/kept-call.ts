/** What lets this tab back into its call: it outlives a reload and an accidental close, and no other tab has it. */
export interface KeptCall {
	readonly resumeToken: string;
	/** When the call began, ms since 1970. */
	readonly since: number;
}

const KEY = `voice-loop-call:${location.pathname}`;

/** The call of this tab, if it has not ended as far as the page knows. */
export function keptCall(): KeptCall | undefined {
	try {
		const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<KeptCall> | null;
		if (typeof kept?.resumeToken !== 'string' || typeof kept.since !== 'number') return undefined;
		return { resumeToken: kept.resumeToken, since: kept.since };
	} catch {
		return undefined;
	}
}

export function keepCall(call: KeptCall): void {
	try {
		sessionStorage.setItem(KEY, JSON.stringify(call));
	} catch {
		// Storage may be forbidden: the call then lives as long as the page.
	}
}

export function forgetCall(): void {
	try {
		sessionStorage.removeItem(KEY);
	} catch {
		// Nothing was kept either.
	}
}

/** Has the browser let this page hear the caller before? Then it may go on without being asked. */
export async function mayHear(): Promise<boolean> {
	try {
		const { state } = await navigator.permissions.query({ name: 'microphone' });
		return state === 'granted';
	} catch {
		return false;
	}
}
