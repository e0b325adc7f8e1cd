import type { SeedDocument } from './person.ts'

export const incidentRunbook: SeedDocument = {
  key: 'incident-runbook',
  title: 'Incident runbook',
  passages: [
    'Who leads: the first engineer to answer the page is the incident lead until they hand over in writing. The lead does not debug; they decide, keep the log and talk to support.',
    'Severity one means that customers cannot pay or cannot sign in. Open the bridge, tell support within ten minutes, and update the status page every half hour even when nothing is new.',
    'Roll back before you understand. A deployment of the last two hours is the suspect until it is ruled out; the rollback command is in the pipeline of each service and needs no approval during an incident.',
    'Database trouble: look at long transactions and blocked queries first. Cancel a query before you terminate its connection, and never restart the primary without a second person.',
    'Afterwards: write the timeline on the same day, hold the review within a week, and give each action an owner and a date. We look for conditions, not for culprits.',
  ],
}

export const tenancyAgreement: SeedDocument = {
  key: 'tenancy-agreement',
  title: 'Tenancy agreement, Lindenstrasse 12',
  passages: [
    'The rent is due on the third working day of each month. It includes water and waste; heating and electricity are billed by consumption once a year.',
    'The deposit is three months of rent without extras. It is returned within six months of moving out, less what is owed for damage beyond fair wear.',
    'Either side may end the agreement at the end of a month, with notice of three months, in writing.',
    "Small repairs up to 90 euros each, and 250 euros in a year, are paid by the tenant. Anything that concerns pipes, wiring or heating is the landlord's.",
    'Pets other than small animals in cages need consent, which is not withheld without reason. Subletting a room needs consent as well.',
  ],
}

export const sourdoughNotes: SeedDocument = {
  key: 'sourdough-notes',
  title: 'Sourdough, notes of a year',
  passages: [
    'Starter: equal weights of flour and water, fed each evening. At 26 degrees it doubles in four hours; in a cold kitchen give it the night.',
    'Dough: 500 g of flour, 350 g of water, 100 g of starter, 10 g of salt. Let flour and water rest for an hour before anything else goes in.',
    'Fold four times in the first two hours, then leave it alone. It is ready when it has grown by half and trembles when the bowl is shaken.',
    'Bake in a closed pot at 250 degrees for 25 minutes, then open at 220 for 20. Wait an hour before you cut it, however hard that is.',
  ],
}
