// Guards against: `auto` that is the same voice twice in a chain, none at all, or not the one whose voice was asked for.
import { speakSettings } from '../../contract/agent-settings';
import { Voices } from './voices';

const HERE = { voices: ['orpheus', 'kokoro', 'flite'] };
const voices = new Voices({ flite: { description: '', voices: [{ value: 'slt', name: 'slt' }], engine: () => Promise.reject(new Error()) } } as unknown as ConstructorParameters<typeof Voices>[0]);

function named(engines: Array<[string, string?]>, here = HERE): string[] {
	const [[engine, voice] = ['auto'], ...rest] = engines;
	const settings = speakSettings.parse({ engine, voice, fallbacks: rest.map(([name, of]) => ({ engine: name, voice: of })) });
	const { engine: first, voice: its, fallbacks } = voices.named(settings, here);
	return [{ engine: first, voice: its }, ...fallbacks].map((one) => (one.voice === '' ? one.engine : `${one.engine} ${one.voice}`));
}

it.each<[string, Array<[string, string?]>, string[]]>([
	['the best that is here, and flite in case it is too slow', [['auto']], ['orpheus', 'flite']],
	['no other stand-in than those that were chosen', [['auto'], ['server:gpu']], ['orpheus', 'server:gpu']],
	['after it the next best', [['auto'], ['auto'], ['auto'], ['auto']], ['orpheus', 'kokoro', 'flite']],
	['after a server the best', [['server:gpu', 'tara'], ['auto']], ['server:gpu tara', 'orpheus']],
	['not what stands before it', [['orpheus', 'leo'], ['auto']], ['orpheus leo', 'kokoro']],
	['flite for a voice of flite', [['auto', 'slt'], ['kokoro']], ['flite slt', 'kokoro']],
	['a voice that was asked for is not replaced in silence', [['auto', 'tara']], ['orpheus tara']],
	['what is named stays', [['flite', 'slt'], ['kokoro']], ['flite slt', 'kokoro']],
])('%s', (_, asked, wanted) => expect(named(asked)).toEqual(wanted));

it('where only flite is here, nothing else is in the chain', () => {
	expect(named([['auto']], { voices: ['flite'] })).toEqual(['flite']);
});
