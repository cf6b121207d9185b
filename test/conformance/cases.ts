/**
 * The certification cases for a Central System (OCTT for OCPP 1.6, test case ids ending in _CSMS): 62 functional ones and
 * 15 of the security extension. Two editions of them are in use; where their texts ask for different things, a case has a
 * test for each.
 */

export type Edition = '2024-04' | '2025-11';

export type ConformanceCase = {
  readonly id: string;
  readonly name: string;
  readonly area: string;
  /** The editions that get a test of their own; null: one test is both. */
  readonly editions: readonly Edition[] | null;
};

type Particulars = Partial<Pick<ConformanceCase, 'editions'>>;

const inArea = (area: string, id: string, name: string, { editions = null }: Particulars = {}) =>
  ({ id, name, area, editions }) satisfies ConformanceCase;

const differing: readonly Edition[] = ['2024-04', '2025-11'];
/** Came with the later edition. */
const added: readonly Edition[] = ['2025-11'];
/** The later edition has it too, but its text was not at hand. */
const older: readonly Edition[] = ['2024-04'];

export const cases: readonly ConformanceCase[] = [
  inArea('Core', 'TC_001_CSMS', 'Cold Boot Charge Point'),
  inArea('Core', 'TC_003_CSMS', 'Regular Charging Session - Plugin First'),
  inArea('Core', 'TC_004_1_CSMS', 'Regular Charging Session - Identification First'),
  inArea('Core', 'TC_004_2_CSMS', 'Identification First - ConnectionTimeOut'),
  inArea(
    'Core',
    'TC_005_1_CSMS',
    'EV Side Disconnected - StopTransactionOnEVSideDisconnect=true, UnlockConnectorOnEVSideDisconnect=true',
  ),
  inArea('Core', 'TC_007_CSMS', 'Regular Start Charging Session - Cached Id'),
  inArea('Core', 'TC_061_CSMS', 'Clear Authorization Data in Authorization Cache'),
  inArea('Core', 'TC_010_CSMS', 'Remote Start - Cable Plugged in First'),
  inArea('Core', 'TC_011_1_CSMS', 'Remote Start - Remote Start First'),
  inArea('Core', 'TC_011_2_CSMS', 'Remote Start - Time Out'),
  inArea('Core', 'TC_012_CSMS', 'Remote Stop Charging Session'),
  inArea('Core', 'TC_013_CSMS', 'Hard Reset'),
  inArea('Core', 'TC_014_CSMS', 'Soft Reset'),
  inArea('Core', 'TC_017_1_CSMS', 'Unlock connector - no session (Not fixed cable)'),
  inArea('Core', 'TC_017_2_CSMS', 'Unlock connector - no session (Fixed cable)'),
  inArea('Core', 'TC_018_1_CSMS', 'Unlock Connector - With Charging Session (Not fixed cable)'),
  inArea('Core', 'TC_019_1_CSMS', 'Retrieve all configuration keys'),
  inArea('Core', 'TC_019_2_CSMS', 'Retrieve specific configuration key'),
  inArea('Core', 'TC_021_CSMS', 'Change/set Configuration'),
  inArea('Core', 'TC_023_1_CSMS', 'Start Charging Session - Authorize invalid'),
  inArea('Core', 'TC_023_2_CSMS', 'Start Charging Session - Authorize expired'),
  inArea('Core', 'TC_023_3_CSMS', 'Start Charging Session - Authorize blocked'),
  inArea('Core', 'TC_024_CSMS', 'Start Charging Session Lock Failure'),
  inArea('Core', 'TC_026_CSMS', 'Remote Start - Rejected'),
  inArea('Core', 'TC_028_CSMS', 'Remote Stop Transaction - Rejected'),
  inArea('Core', 'TC_030_CSMS', 'Unlock Connector - Unlock Failure'),
  inArea('Core', 'TC_031_CSMS', 'Unlock Connector - Unknown Connector'),
  inArea('Core', 'TC_032_1_CSMS', 'Power failure boot - configured to stop transaction(s)'),
  inArea('Core', 'TC_037_1_CSMS', 'Offline Start Transaction - Valid IdTag'),
  inArea('Core', 'TC_037_3_CSMS', 'Offline Start - Invalid IdTag - StopTransactionOnInvalidId=true'),
  inArea('Core', 'TC_039_CSMS', 'Offline Transaction'),
  inArea('Core', 'TC_040_1_CSMS', 'Configuration keys - NotSupported'),
  inArea('Core', 'TC_040_2_CSMS', 'Configuration keys - Invalid value', { editions: differing }),
  inArea('Local authorization list', 'TC_042_1_CSMS', 'Get Local List Version (not supported)'),
  inArea('Local authorization list', 'TC_042_2_CSMS', 'Get Local List Version (empty)'),
  inArea('Local authorization list', 'TC_043_1_CSMS', 'Send Local Authorization List - NotSupported'),
  inArea('Local authorization list', 'TC_043_3_CSMS', 'Send Local Authorization List - Failed'),
  inArea('Local authorization list', 'TC_043_4_CSMS', 'Send Local Authorization List - Full'),
  inArea('Local authorization list', 'TC_043_5_CSMS', 'Send Local Authorization List - Differential', {
    editions: differing,
  }),
  inArea('Firmware', 'TC_044_1_CSMS', 'Firmware Update - Download and Install'),
  inArea('Firmware', 'TC_044_2_CSMS', 'Firmware Update - Download Failed'),
  inArea('Firmware', 'TC_044_3_CSMS', 'Firmware Update - Installation Failed'),
  inArea('Firmware', 'TC_045_1_CSMS', 'Get Diagnostics'),
  inArea('Firmware', 'TC_045_2_CSMS', 'Get Diagnostics - Upload Failed', { editions: older }),
  inArea('Reservation', 'TC_046_CSMS', 'Reservation of a Connector - Transaction'),
  inArea('Reservation', 'TC_047_CSMS', 'Reservation of a Connector - Expire'),
  inArea('Reservation', 'TC_048_1_CSMS', 'Reservation of a Connector - Faulted'),
  inArea('Reservation', 'TC_048_2_CSMS', 'Reservation of a Connector - Occupied'),
  inArea('Reservation', 'TC_048_3_CSMS', 'Reservation of a Connector - Unavailable'),
  inArea('Reservation', 'TC_048_4_CSMS', 'Reservation of a Connector - Rejected'),
  inArea('Reservation', 'TC_049_CSMS', 'Reservation of a Charge Point - Transaction'),
  inArea('Reservation', 'TC_051_CSMS', 'Cancel Reservation'),
  inArea('Reservation', 'TC_052_CSMS', 'Cancel Reservation - Rejected', { editions: differing }),
  inArea('Reservation', 'TC_053_CSMS', 'Use a reserved Connector with parentIdTag', { editions: older }),
  inArea('Remote trigger', 'TC_054_CSMS', 'Trigger Message'),
  inArea('Remote trigger', 'TC_055_CSMS', 'Trigger Message - Rejected', { editions: differing }),
  inArea('Smart charging', 'TC_056_CSMS', 'Central Smart Charging - TxDefaultProfile', { editions: differing }),
  inArea('Smart charging', 'TC_057_CSMS', 'Central Smart Charging - TxProfile', { editions: differing }),
  inArea('Smart charging', 'TC_066_CSMS', 'Get Composite Schedule'),
  inArea('Smart charging', 'TC_067_CSMS', 'Clear Charging Profile', { editions: differing }),
  inArea('Smart charging', 'TC_059_CSMS', 'Remote Start Transaction with Charging Profile', { editions: differing }),
  inArea('Core', 'TC_064_CSMS', 'Data Transfer to a Central System'),
  inArea('Security', 'TC_073_CSMS', 'Update Charge Point Password for HTTP Basic Authentication', {
    editions: differing,
  }),
  inArea('Security', 'TC_074_CSMS', 'Update Charge Point Certificate by request of Central System', {
    editions: differing,
  }),
  inArea('Security', 'TC_075_1_CSMS', 'Install a certificate - ManufacturerRootCertificate'),
  inArea('Security', 'TC_075_2_CSMS', 'Install a certificate - CentralSystemRootCertificate'),
  inArea('Security', 'TC_076_CSMS', 'Delete a specific certificate from the Charge Point', { editions: differing }),
  inArea('Security', 'TC_077_CSMS', 'Invalid ChargePointCertificate Security Event'),
  inArea('Security', 'TC_078_CSMS', 'Invalid CentralSystemCertificate Security Event'),
  inArea('Security', 'TC_079_CSMS', 'Get Security Log'),
  inArea('Security', 'TC_080_CSMS', 'Secure Firmware Update'),
  inArea('Security', 'TC_081_CSMS', 'Secure Firmware Update - Invalid Signature'),
  inArea('Security', 'TC_083_CSMS', 'Upgrade Charge Point Security Profile - Accepted', { editions: added }),
  inArea('Security', 'TC_085_CSMS', 'Basic Authentication - Valid username/password', { editions: differing }),
  inArea('Security', 'TC_086_CSMS', 'TLS - server-side certificate - Valid'),
  inArea('Security', 'TC_087_CSMS', 'TLS - Client-side certificate - Valid'),
  inArea('Security', 'TC_088_CSMS', 'WebSocket Subprotocol negotiation', { editions: added }),
];

/** A test that a case calls for, by the title under which it runs and is counted. */
export type DueTest = { readonly title: string; readonly edition: Edition | null; readonly of: ConformanceCase };

/** `TC_001_CSMS`, or `TC_067_CSMS (2024-04)` where editions differ. */
export function testsOf(of: ConformanceCase): readonly DueTest[] {
  if (of.editions === null) return [{ title: of.id, edition: null, of }];
  return of.editions.map((edition) => ({ title: `${of.id} (${edition})`, edition, of }));
}
