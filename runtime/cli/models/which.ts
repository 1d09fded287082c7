import { isModelTask } from '../../inference/models/catalogue/catalogue';
import { modelTasks } from '../../inference/models/catalogue/schema';
import type { Models } from '../../inference/models/models';
import type { Terminal } from './terminal';
import { UsageError } from './usage';

/** Prints a path, or the name of a voice that ships with the package, and why. @returns 1 where there is nothing */
export async function which(models: Models, terminal: Terminal, task: string): Promise<number> {
	if (!isModelTask(task)) throw new UsageError(`There is no task "${task}". There is: ${modelTasks.join(', ')}.`);
	const { model, why } = await models.usable(task);
	if (model !== undefined) terminal.out(model);
	terminal.note(why);
	return model === undefined ? 1 : 0;
}
