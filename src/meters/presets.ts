/**
 * Registers of meters in common use, as their makers publish them. Addresses are those on the wire, counted from 0.
 * SunSpec is no table: see sunspec.ts.
 */
import type { PresetName, Register, RegisterMap, RegisterType } from './meter-config.ts';

type Three = readonly [Register, Register, Register];

function register(address: number, type: RegisterType, kind: 'holding' | 'input', scale = 1): Register {
  return { address, type, function: kind, scale };
}

/** L1, L2, L3 one after the other. */
function three(address: number, type: RegisterType, kind: 'holding' | 'input', scale = 1): Three {
  return [
    register(address, type, kind, scale),
    register(address + 2, type, kind, scale),
    register(address + 4, type, kind, scale),
  ];
}

/**
 * Eastron "SDM630 Modbus Protocol": input registers, floats, parameter 30001 at address 0. Volts 0, amps 6, watts 12,
 * total watts 0x34, Hz 0x46, imported kWh 0x48. "SDM72D-M v2 Modbus Protocol" has the same for these.
 */
const eastron: RegisterMap = {
  voltageV: three(0x00, 'float32', 'input'),
  currentA: three(0x06, 'float32', 'input'),
  phasePowerW: three(0x0c, 'float32', 'input'),
  powerW: register(0x34, 'float32', 'input'),
  frequencyHz: register(0x46, 'float32', 'input'),
  energyWh: register(0x48, 'float32', 'input', 1_000),
};

/**
 * Carlo Gavazzi "EM24 E1 communication protocol" and "EM330, EM340, ET330, ET340 communication protocol": 32-bit whole
 * numbers, the low word first. V x 10 at 0, A x 1000 at 0x0C, W x 10 at 0x12 and in total at 0x28, Hz x 10 at 0x33,
 * imported kWh x 10 at 0x34. An EM24 with RS-485 has other registers.
 */
const carloGavazzi: RegisterMap = {
  voltageV: three(0x00, 'int32le', 'input', 0.1),
  currentA: three(0x0c, 'int32le', 'input', 0.001),
  phasePowerW: three(0x12, 'int32le', 'input', 0.1),
  powerW: register(0x28, 'int32le', 'input', 0.1),
  frequencyHz: register(0x33, 'int16', 'input', 0.1),
  energyWh: register(0x34, 'int32le', 'input', 100),
};

/** Janitza "Modbus address list" of UMG 96RM-E, UMG 604 and others: "frequently required readings", floats from 19000. */
const janitza: RegisterMap = {
  voltageV: three(19_000, 'float32', 'holding'),
  currentA: three(19_012, 'float32', 'holding'),
  phasePowerW: three(19_020, 'float32', 'holding'),
  powerW: register(19_026, 'float32', 'holding'),
  frequencyHz: register(19_050, 'float32', 'holding'),
  energyWh: register(19_068, 'float32', 'holding'),
};

/** Schneider Electric "iEM3000 series user manual" (DOCA0005), register list, whose numbers are one higher: kW, Wh. */
const iem3000: RegisterMap = {
  currentA: three(2_999, 'float32', 'holding'),
  voltageV: three(3_027, 'float32', 'holding'),
  phasePowerW: three(3_053, 'float32', 'holding', 1_000),
  powerW: register(3_059, 'float32', 'holding', 1_000),
  frequencyHz: register(3_109, 'float32', 'holding'),
  energyWh: register(3_203, 'int64', 'holding'),
};

/** ABB "A43/A44, B23/B24 user manual", Modbus mapping: V x 10 at 5B00, A x 100 at 5B0C, W x 100 at 5B14, kWh x 100 at 5000. */
const abb: RegisterMap = {
  voltageV: three(0x5b00, 'uint32', 'holding', 0.1),
  currentA: three(0x5b0c, 'uint32', 'holding', 0.01),
  powerW: register(0x5b14, 'int32', 'holding', 0.01),
  phasePowerW: three(0x5b16, 'int32', 'holding', 0.01),
  frequencyHz: register(0x5b2c, 'uint16', 'holding', 0.01),
  energyWh: register(0x5000, 'uint64', 'holding', 10),
};

/** Siemens "SENTRON PAC2200 manual", measured variables: floats at offsets 1, 13, 25, 65; imported Wh as double at 801. */
const pac2200: RegisterMap = {
  voltageV: three(1, 'float32', 'input'),
  currentA: three(13, 'float32', 'input'),
  phasePowerW: three(25, 'float32', 'input'),
  powerW: register(65, 'float32', 'input'),
  energyWh: register(801, 'float64', 'input'),
};

/**
 * Shelly API documentation, component EM, "Modbus registers": floats, the low word first; 31020 there is input register
 * 1020. Each phase has 20 registers: V, A, W. Total watts 1013, Wh 1162 (component EMData). Modbus has to be switched on.
 */
const shelly: RegisterMap = {
  voltageV: shellyPhases(1_020),
  currentA: shellyPhases(1_022),
  phasePowerW: shellyPhases(1_024),
  powerW: register(1_013, 'float32le', 'input'),
  energyWh: register(1_162, 'float32le', 'input'),
};

function shellyPhases(address: number): Three {
  const at = (offset: number) => register(address + offset, 'float32le', 'input');
  return [at(0), at(20), at(40)];
}

export const presets: Readonly<Record<Exclude<PresetName, 'sunspec'>, RegisterMap>> = {
  sdm630: eastron,
  sdm72: eastron,
  em24: carloGavazzi,
  em340: carloGavazzi,
  'janitza-umg': janitza,
  iem3000,
  'abb-b23': abb,
  pac2200,
  'shelly-3em': shelly,
};
