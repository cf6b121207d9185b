import modbus from 'modbus-serial';
import type { ModbusOptions } from './options.ts';

/** One value of one device over Modbus TCP. It connects when it has to, and anew after any fault. */
export class ModbusTCP {
  readonly #options: ModbusOptions;
  #client: InstanceType<typeof modbus.default> | null = null;

  constructor(options: ModbusOptions) {
    this.#options = options;
  }

  /** Rejects where the device does not answer in time, or answers with an exception. */
  async read(): Promise<number> {
    const withinMs = this.#options.timeoutMs * 2;
    let timer: NodeJS.Timeout | undefined;
    // The library's own limits leave out a connection that is closed while it opens.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
    });
    try {
      return await Promise.race([this.#read(), late]);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #read(): Promise<number> {
    const { host, port, unit, timeoutMs, kind, address } = this.#options;

    let client = this.#client;
    if (client === null) {
      client = new modbus.default();
      this.#client = client;
      // A socket that breaks between two reads must not end the process; the next read finds it closed.
      client.on('error', () => undefined);
      client.setTimeout(timeoutMs);
      client.setID(unit);
      await client.connectTCP(host, { port, timeout: timeoutMs } as never);
    }
    switch (kind) {
      case 'coil':
        return Number((await client.readCoils(address, 1)).data[0]);
      case 'discrete-input':
        return Number((await client.readDiscreteInputs(address, 1)).data[0]);
      case 'holding':
        return Number((await client.readHoldingRegisters(address, 1)).data[0]);
      case 'input':
        return Number((await client.readInputRegisters(address, 1)).data[0]);
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = null;
    client?.destroy(() => undefined);
  }
}
