import { type Loading, loadingPercent, loadingWords } from '../../contract/loading';
import type { PageEvent } from '../../contract/page-events';
import { type CallTurn, turnTable } from './report';

/** Prints a call as it goes on. Partials are shown on a terminal only, on one line that is written over. */
export class LiveCaptions {
	private partial = false;

	constructor(private readonly out: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }) {}

	onEvent(event: PageEvent): void {
		switch (event.type) {
			case 'session.started':
				this.line(`Connected to ${event.agent}.`);
				if (event.note !== '') this.line(event.note);
				break;
			case 'note':
				this.line(event.text);
				break;
			case 'caption.partial':
				this.overwrite(`  you    ${event.text}`);
				break;
			case 'caption.final':
				this.line(`  you    ${event.understood ? event.text : '(not understood)'}`);
				break;
			case 'reply.partial':
				this.overwrite(`  agent  ${event.text}`);
				break;
			case 'reply.heard':
				this.line(`  agent  ${event.text}${event.interrupted ? ' [interrupted]' : ''}`);
				break;
			case 'tool.started':
				this.line(`  tool   ${event.name} ${JSON.stringify(event.arguments)}`);
				break;
			case 'tool.finished':
				this.line(`  tool   ${event.name} ${event.ok ? 'done' : 'FAILED'} in ${event.durationMs.toFixed(0)} ms`);
				break;
			case 'error':
				this.line(`  ${event.error.code}: ${event.error.message} ${event.error.remedy}`);
				break;
			case 'session.ended':
				this.line(`Call ended: ${event.reason}`);
				break;
			case 'loading':
				this.loading(event.models);
				break;
			case 'state':
			case 'turn.finished':
				break;
		}
	}

	onTurn(turn: CallTurn): void {
		for (const line of turnTable(turn)) this.line(line);
		if (!turn.answered) this.line(`  No answer${turn.error ? `: ${turn.error.message}` : '.'}`);
	}

	line(text: string): void {
		this.out.write(`${this.partial ? '\r\u001b[K' : ''}${text}\n`);
		this.partial = false;
	}

	private loading(models: readonly Loading[]): void {
		const percent = loadingPercent(models);
		this.overwrite(models.length === 0 ? '' : `  ${loadingWords(models)}${percent === undefined ? '' : `, ${percent} %`}`);
	}

	private overwrite(text: string): void {
		if (!this.out.isTTY) return;
		const width = (this.out.columns ?? 80) - 1;
		// The end of a long text is what is new in it.
		this.out.write(`\r\u001b[K${text.length > width ? `…${text.slice(1 - width)}` : text}`);
		this.partial = true;
	}
}
