import type { TurnTimings } from '../../contract/turn';
import type { PageConversation, Entry, ConversationLine, ToolUse } from './conversation';
import { icon, make, setText } from './dom';
import { durationWords, toolTitle } from './words';

/** Draws a Conversation into its list, touching only what changed. */
export class ConversationView {
	private drawn = new Map<string, { item: HTMLLIElement; state: string }>();

	constructor(
		private readonly list: HTMLElement,
		/** The element that scrolls. */
		private readonly frame: HTMLElement,
	) {}

	draw({ entries }: PageConversation): void {
		const follow = this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < 80;
		const keys = new Set(entries.map(({ key }) => key));
		for (const [key, { item }] of this.drawn) {
			if (keys.has(key)) continue;
			item.remove();
			this.drawn.delete(key);
		}
		let before: Element | null = null;
		for (const entry of entries) {
			const item = this.item(entry);
			const place: Element | null = before ? before.nextElementSibling : this.list.firstElementChild;
			if (place !== item) this.list.insertBefore(item, place);
			before = item;
		}
		// Whoever scrolled back to read must not be torn away.
		if (follow) this.frame.scrollTop = this.frame.scrollHeight;
	}

	private item(entry: Entry): HTMLLIElement {
		const state = JSON.stringify(entry);
		const known = this.drawn.get(entry.key);
		if (known?.state === state) return known.item;
		const item = known?.item ?? (entry.kind === 'line' ? lineItem(entry) : toolItem(entry));
		if (entry.kind === 'line') updateLine(item, entry);
		else updateTool(item, entry);
		this.drawn.set(entry.key, { item, state });
		return item;
	}
}

function lineItem({ role }: ConversationLine): HTMLLIElement {
	const item = make('li', `line ${role}`);
	item.dataset['role'] = role;
	const words = make('p', 'words');
	const said = make('span', 'said');
	said.dataset['testid'] = `${role}-caption`;
	words.append(make('span', 'unseen', role === 'caller' ? 'You: ' : 'Agent: '), said);
	item.append(words);
	return item;
}

function updateLine(item: HTMLLIElement, line: ConversationLine): void {
	item.dataset['turn'] = line.turnId ?? '';
	item.dataset['settled'] = String(line.settled);
	item.dataset['interrupted'] = String(line.interrupted);
	item.dataset['lost'] = String(line.lost);
	item.dataset['understood'] = String(line.understood);
	// A screen reader waits until the words are final.
	item.setAttribute('aria-busy', String(!line.settled));
	const words = item.querySelector('.words');
	const said = item.querySelector('.said');
	if (!words || !said) return;
	setText(said, line.text);
	for (const old of item.querySelectorAll('.unheard, .remark, .timings')) old.remove();
	if (line.unheard) {
		const unheard = make('s', 'unheard', line.unheard.trimStart());
		unheard.title = line.reachedLimit ? 'Not spoken: it was too long' : 'Not spoken: you interrupted';
		words.append(unheard);
	}
	if (line.interrupted) item.append(make('p', 'remark', line.reachedLimit ? 'Ended: longer than the agent may speak at a time' : 'Interrupted'));
	if (line.lost && line.settled) item.append(make('p', 'remark', 'Lost with the connection: please say it again'));
	if (!line.understood) item.append(make('p', 'remark', 'Not understood'));
	if (line.timings) item.append(timingsView(line.timings));
}

function toolItem(tool: ToolUse): HTMLLIElement {
	const item = make('li', 'tool');
	item.dataset['testid'] = 'tool';
	item.dataset['tool'] = tool.name;
	item.dataset['turn'] = tool.turnId;
	const summary = make('summary');
	summary.append(icon('tool'), make('span', 'tool-name', toolTitle(tool.name)), make('span', 'tool-time'));
	const details = make('details');
	const fields = Object.entries(tool.arguments);
	details.append(summary, fields.length ? argumentList(fields) : make('p', 'no-arguments', 'No arguments.'));
	summary.title = fields.map(([name, value]) => `${name}: ${show(value)}`).join('\n');
	item.append(details);
	return item;
}

function updateTool(item: HTMLLIElement, { status, durationMs }: ToolUse): void {
	item.dataset['status'] = status;
	const time = item.querySelector('.tool-time');
	if (!time) return;
	const took = durationMs === undefined ? '' : durationWords(durationMs);
	setText(time, { running: 'running', done: took, failed: took ? `failed after ${took}` : 'stopped' }[status]);
}

function argumentList(fields: Array<[string, unknown]>): HTMLDListElement {
	const list = make('dl');
	for (const [name, value] of fields) list.append(make('dt', '', name), make('dd', '', show(value)));
	return list;
}

function show(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

const MEANINGS: ReadonlyArray<[keyof TurnTimings, string]> = [
	['e2e_latency', 'End of speech → agent audible'],
	['response_delay', 'End of turn → agent audible'],
	['eou_delay', 'End of speech → end of turn'],
	['early_start', 'Begun before end of turn'],
	['transcription_delay', 'End of speech → final text'],
	['workflow_delay', 'End of turn → first node'],
	['nodes_delay', 'First node → model request'],
	['tools', 'Tools'],
	['ttft', 'Model: first token'],
	['sentence_delay', 'Model: first sentence'],
	['ttfb', 'Voice: first sound'],
	['playout_delay', 'First sound → agent audible'],
];

/** Two figures in small print; the rest on demand. */
function timingsView(timings: TurnTimings): HTMLElement {
	const box = make('details', 'timings');
	box.dataset['testid'] = 'timings';
	const summary = make('summary');
	const { response_delay: response, e2e_latency: whole } = timings;
	const figures = [
		response === undefined ? '' : `replied in ${durationWords(response)}`,
		whole === undefined ? '' : `${durationWords(whole)} after you stopped`,
	].filter(Boolean);
	summary.textContent = figures.join(' · ') || 'timings';
	const list = make('dl');
	for (const [name, meaning] of MEANINGS) {
		const value = timings[name];
		if (value === undefined) continue;
		const term = make('dt', '', meaning);
		term.title = name;
		list.append(term, make('dd', '', `${Math.round(value)} ms`));
	}
	box.append(summary, list);
	return box;
}
