import { VoiceError } from '../../contract/errors';
import type { Catalogue } from './catalogue/catalogue';
import type { CatalogueFile, CatalogueModel } from './catalogue/schema';
import { addressesOf } from './download/addresses';
import type { ModelStore } from './store/store';

/** VOICE_LOOP_OFFLINE: this machine must not be asked to reach the network. */
export const isOffline = (env: NodeJS.ProcessEnv): boolean => !['', '0', 'false', 'no'].includes((env.VOICE_LOOP_OFFLINE ?? '').toLowerCase());

/** Says which files to bring, and where they belong. */
export function offlineError(catalogue: Catalogue, store: ModelStore, model: CatalogueModel, missing: readonly CatalogueFile[], env: NodeJS.ProcessEnv): VoiceError {
	const lines = missing.map((file) => {
		const address = addressesOf(catalogue, model, file, env).at(0)?.url ?? '';
		return `- ${store.filePath(model, file)}${address === '' ? '' : `  from ${address}`}`;
	});
	return new VoiceError('VOICE_ERR_OFFLINE', `${model.name} is not on this machine, and VOICE_LOOP_OFFLINE forbids to fetch it.`, {
		remedy: `Put these files there:\n${lines.join('\n')}\nOr choose a model by its absolute path, or unset VOICE_LOOP_OFFLINE.`,
	});
}
