import type { Major } from '../../../clients/ai.ts'
import type { Scenario } from '../scenario.ts'
import { approvalScenarios } from './approvals.ts'
import { dataScenarios } from './data.ts'
import { textScenarios } from './text.ts'
import { toolScenarios } from './tools.ts'

const scenarios: readonly Scenario[] = [...textScenarios, ...toolScenarios, ...approvalScenarios, ...dataScenarios]

export const scenariosOf = (major: Major): readonly Scenario[] =>
  scenarios.filter(({ majors }) => majors?.includes(major) ?? true)
