// Guards against: files of a recogniser that are replaced, and not used before a restart, or cut off those who are being heard.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transcribeSettings } from '../../contract/agent-settings';
import { ScriptedEar } from '../fallback/engines.fixture';
import { Recognisers } from './recognisers';

class CountedEar extends ScriptedEar {
	closed = 0;

	override async close(): Promise<void> {
		this.closed++;
		await super.close();
	}
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'recognisers-'));
const quiet = { onPartial: () => undefined, onFailed: () => undefined };
const hears = transcribeSettings.parse({});
afterAll(() => rmSync(folder, { recursive: true }));

function files(text: string): void {
	writeFileSync(path.join(folder, 'model.onnx'), text);
}

it('those of replaced files hear the next callers, and the old ones go when they have heard theirs', async () => {
	files('old');
	const made: CountedEar[] = [];
	let broken = false;
	const create = async (): Promise<CountedEar> => {
		await sleep(1);
		if (broken) throw new Error('half of a file');
		const ear = new CountedEar();
		made.push(ear);
		return ear;
	};
	const recognisers = new Recognisers(create, async () => await Promise.resolve(folder));
	const [first, same] = await Promise.all([recognisers.get('x'), recognisers.get('x')]);
	expect(first).toBe(same);
	const underWay = await first.open(hears, quiet);

	broken = true;
	files('half of the n');
	expect(await recognisers.get('x')).toBe(first);

	broken = false;
	files('the new model');
	const [second, third] = await Promise.all([recognisers.get('x'), recognisers.get('x')]);
	expect(second).toBe(third);
	expect(second).not.toBe(first);
	expect(made).toHaveLength(2);
	await (await second.open(hears, quiet)).close();
	underWay.push(new Int16Array(7));
	expect(await underWay.flush()).toMatchObject({ text: '7' });
	await sleep(1200);
	expect(made.map(({ closed }) => closed)).toEqual([0, 0]);
	await underWay.close();
	expect(made.map(({ closed }) => closed)).toEqual([1, 0]);
});
