// Guards against a runtime that is started on a Node without what it needs, and one that is refused on a Node that has it.
import { assertRuntimeNode } from './node-version';

test.each(['22.13.0', '22.22.3', '23.0.0', '24.21.0', '100.0.0'])('Node %s', (version) => {
	expect(() => assertRuntimeNode(version)).not.toThrow();
});

test.each(['18.20.0', '20.19.0', '21.99.0', '22.12.9'])('Node %s is too old', (version) => {
	expect(() => assertRuntimeNode(version)).toThrow(new RegExp(`needs Node 22\\.13 or newer, but this is Node ${version.replaceAll('.', '\\.')}`));
});
