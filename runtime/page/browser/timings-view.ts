import type { TurnTimings } from '../../contract/turn';
import { make } from './dom';
import { durationWords } from './words';

const MEANINGS: ReadonlyArray<[keyof TurnTimings, string]> = [
	['e2e_latency', 'End of speech → agent audible'],
	['response_delay', 'End of turn → agent audible'],
	['eou_delay', 'End of speech → end of turn'],
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
export function timingsView(timings: TurnTimings): HTMLElement {
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
