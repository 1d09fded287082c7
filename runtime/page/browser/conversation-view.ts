import type { PageConversation, Entry, ConversationLine, ToolUse } from './conversation';
import { icon, make, setText } from './dom';
import { timingsView } from './timings-view';
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
		unheard.title = 'Not spoken: you interrupted';
		words.append(unheard);
	}
	if (line.interrupted) item.append(make('p', 'remark', 'Interrupted'));
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
