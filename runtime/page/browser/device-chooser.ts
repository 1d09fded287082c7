import { element, make } from './dom';
import { microphones } from './microphone';

/** The list of microphones; shows itself only where there is a choice. */
export class DeviceChooser {
	private readonly row = element('device-row', HTMLElement);
	private readonly select = element('device', HTMLSelectElement);

	constructor(chosen: (deviceId: string) => void) {
		this.select.addEventListener('change', () => chosen(this.select.value));
		const devices = navigator.mediaDevices as MediaDevices | undefined;
		devices?.addEventListener('devicechange', () => void this.refresh(this.chosen()));
		void this.refresh('');
	}

	/** '' until the caller has chosen. */
	chosen(): string {
		return this.row.hidden ? '' : this.select.value;
	}

	async refresh(current: string): Promise<void> {
		const list = await microphones();
		this.select.replaceChildren(
			...list.map(({ deviceId, label }, index) => {
				const option = make('option', '', label || `Microphone ${index + 1}`);
				option.value = deviceId;
				return option;
			}),
		);
		if (list.some(({ deviceId }) => deviceId === current)) this.select.value = current;
		this.row.hidden = list.length < 2;
	}
}
