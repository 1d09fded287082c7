import path from 'node:path';
import { manyWords } from '../../runtime/inference/fixtures/many-words.fixture';
import { writeScriptedGguf } from '../../runtime/inference/fixtures/scripted-gguf.fixture';
import { changeNode, modelAt, type World } from './world';

const WELCOME = 'You are welcome.';

/** How many turns of the page's call were answered to their end, in words of the browser. */
export const answered = `window.voiceLoop.events.filter((event) => event.type === 'reply.heard' && event.turnId && event.text === '${WELCOME}').length`;

/** An agent that talks without end, and thanks whoever thanks it: there is time to do harm in the middle of its answer. */
export async function endlessModel(world: World, folder: string): Promise<void> {
	const model = path.join(folder, 'endless.gguf');
	// Not a word of the greeting: the last of these words in the call decides, whoever said it.
	writeScriptedGguf(model, [{ when: 'thank', say: WELCOME }, { say: manyWords(), endless: true }], { idleLayers: 6 });
	await changeNode(world, 'Llama Chat', modelAt(model));
}
