/** What kinds of teams a contact centre has: their licences by assignment, and the things on their desks. */
import type { Shift } from './shifts.ts';

/** Something to log in on. `releases`: the sources that may end it, the first being the usual one. */
export interface EquipmentKind {
  logonSource: string;
  releases: readonly [string, ...string[]];
  /** The device has a name of its own with this prefix; else the daemon takes the source's family. */
  prefix?: string;
}

export const EQUIPMENT = {
  desktop: { logonSource: 'Agent Desktop', releases: ['Agent Desktop', 'Agent Desktop Connection Lost'] },
  crm: { logonSource: 'CRM', releases: ['CRM'] },
  deskphone: { logonSource: 'Paired Device', releases: ['Paired Device'], prefix: 'ext-' },
  softClient: { logonSource: 'Soft Client', releases: ['Soft Client', 'Soft Client Forced Log Off'] },
  iPath: { logonSource: 'iPath Soft Client', releases: ['iPath Soft Client', 'Soft Client Forced Log Off'] },
  webSoftClient: { logonSource: 'Web iPath Soft Client', releases: ['Web iPath Soft Client'] },
  pstn: { logonSource: 'PSTN Device', releases: ['PSTN Device', 'Clear PSTN'] },
  ivr: { logonSource: 'Agent Status IVR', releases: ['Agent Status IVR'] },
  presence: { logonSource: 'Web Presence', releases: ['Web Presence'] },
  fixed: { logonSource: 'Fixed Profile Device', releases: ['Fixed Profile Device'], prefix: 'room-' },
} as const satisfies Record<string, EquipmentKind>;

export type EquipmentName = keyof typeof EQUIPMENT;
type Weights<K extends string> = Partial<Record<K, number>>;

export interface Team {
  group: string;
  /** Part of the staff; the parts need not add up to anything. */
  share: number;
  userType: string;
  /** Service feature to the part of the team that has it. */
  features: Record<string, number>;
  screen: Weights<EquipmentName | 'none'>;
  phone: Weights<EquipmentName | 'none'>;
  /** A further device that comes and goes. */
  extra: Weights<EquipmentName | 'none'>;
  shifts: Weights<Shift>;
}

const roundTheClock: Weights<Shift> = { early: 36, day: 29, late: 28, night: 7 };
const officeHours: Weights<Shift> = { day: 1 };
const desks: Weights<EquipmentName> = { deskphone: 50, softClient: 20, iPath: 15, webSoftClient: 15 };
const calls = { 'Agent Calls': 1, Recording: 0.9 };

export const TEAMS: readonly Team[] = [
  {
    group: 'Customer Service',
    share: 25,
    userType: 'Inbound Agent',
    features: { ...calls, 'Agent E-mail': 0.6, 'Agent Web Chat': 0.25 },
    screen: { desktop: 1 },
    phone: desks,
    extra: { none: 6, crm: 2 },
    shifts: roundTheClock,
  },
  {
    group: 'Sales',
    share: 15,
    userType: 'Inbound Agent',
    features: { ...calls, 'Agent E-mail': 0.4, 'Agent SMS': 0.3 },
    screen: { desktop: 3, crm: 1 },
    phone: desks,
    extra: { none: 3, presence: 1 },
    shifts: roundTheClock,
  },
  {
    group: 'Technical Support',
    share: 14,
    userType: 'Inbound Agent',
    features: { ...calls, 'Agent E-mail': 0.8, Conferencing: 0.3 },
    screen: { desktop: 1 },
    phone: { deskphone: 2, softClient: 1, pstn: 1 },
    extra: { none: 2, iPath: 1, presence: 1 },
    shifts: roundTheClock,
  },
  {
    group: 'Digital Care',
    share: 10,
    userType: 'Inbound Agent',
    features: { 'Agent Web Chat': 1, 'Agent Social Media': 0.7, 'Agent SMS': 0.6, 'Agent E-mail': 0.8 },
    screen: { desktop: 1 },
    phone: { none: 3, webSoftClient: 1 },
    extra: { none: 3, presence: 1 },
    shifts: roundTheClock,
  },
  {
    group: 'Home Workers',
    share: 6,
    userType: 'Inbound Agent',
    features: { 'Agent Calls': 1, 'Agent E-mail': 0.3 },
    screen: { none: 1, desktop: 1 },
    phone: { ivr: 2, pstn: 1 },
    extra: { none: 1 },
    shifts: roundTheClock,
  },
  {
    group: 'Outbound Campaigns',
    share: 11,
    userType: 'Dialler Agent',
    features: { 'Agent Calls': 1, Recording: 1, 'Agent SMS': 0.2 },
    screen: { desktop: 1 },
    phone: { deskphone: 1, softClient: 2 },
    extra: { none: 1 },
    shifts: { early: 4, day: 6, late: 3 },
  },
  {
    group: 'Team Leaders',
    share: 7,
    userType: 'Supervisor',
    features: { ...calls, Conferencing: 0.8, 'Agent E-mail': 0.7 },
    screen: { desktop: 1 },
    phone: { deskphone: 2, softClient: 1 },
    extra: { presence: 2, crm: 1, none: 1 },
    shifts: roundTheClock,
  },
  {
    group: 'Back Office',
    share: 7,
    userType: 'UC User',
    features: { 'Unified Communications': 1, Conferencing: 0.4 },
    screen: { none: 1 },
    phone: { softClient: 2, deskphone: 1, webSoftClient: 1 },
    extra: { presence: 3, none: 1 },
    shifts: officeHours,
  },
  {
    group: 'Main Switchboard',
    share: 1.4,
    userType: 'Contact Switchboard Operator',
    features: { 'Agent Calls': 1, Conferencing: 0.5 },
    screen: { desktop: 1 },
    phone: { deskphone: 1 },
    extra: { none: 1 },
    shifts: { early: 1, day: 1, late: 1 },
  },
  {
    group: 'Office Switchboard',
    share: 0.9,
    userType: 'UC Switchboard Operator',
    features: { 'Unified Communications': 1 },
    screen: { none: 1 },
    phone: { deskphone: 1, softClient: 1 },
    extra: { presence: 1 },
    shifts: officeHours,
  },
  {
    group: 'Switchboard Leads',
    share: 0.7,
    userType: 'Supervisor Switchboard Operator',
    features: { 'Agent Calls': 1, Conferencing: 1 },
    screen: { desktop: 1 },
    phone: { deskphone: 1 },
    extra: { presence: 1 },
    shifts: officeHours,
  },
  {
    group: 'Meeting Rooms',
    share: 2,
    userType: 'Meeting Room',
    features: { Conferencing: 1 },
    screen: { none: 1 },
    phone: { fixed: 1 },
    extra: { none: 1 },
    shifts: { always: 1 },
  },
];
