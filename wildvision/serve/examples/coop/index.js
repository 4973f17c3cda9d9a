/**
 * Scores of a wildvision service as signals of ROOST's Coop.
 *
 * The contract: https://github.com/roostorg/coop/blob/main/docs/INTEGRATIONS_PLUGIN.md, its types:
 * https://github.com/roostorg/coop/blob/main/types/integration.ts. The card beside this file is what the service
 * gives under /v1/model/card: fetch it again for another model.
 */
import { readFileSync } from 'node:fs';

const modelCard = JSON.parse(readFileSync(new URL('./model-card.json', import.meta.url), 'utf8'));
const NEEDS_A_LOOK = 'WILDVISION_NEEDS_A_LOOK';
const HIGHEST_SCORE = 'WILDVISION_HIGHEST_SCORE';

const manifest = {
  id: 'WILDVISION',
  name: 'wildvision',
  version: '0.1.0',
  description: 'Recognises products of the illegal wildlife trade in photos.',
  requiresConfig: true,
  configurationFields: [
    { key: 'serviceUrl', label: 'Address of the service', required: true, inputType: 'text', placeholder: 'https://wildvision.internal' },
    { key: 'apiKey', label: 'Key of the service', required: false, inputType: 'password' },
  ],
  signalTypeIds: [NEEDS_A_LOOK, HIGHEST_SCORE],
  modelCard,
};

/** Asks the service about the image of an item, which it fetches itself from a host that it was told to trust. */
async function classify(config, url) {
  const headers = { 'content-type': 'application/json' };
  if (config.apiKey) headers.authorization = `Bearer ${config.apiKey}`;
  const body = JSON.stringify({ image: { url } });
  const answer = await fetch(`${config.serviceUrl}/v1/classify`, { method: 'POST', headers, body });
  const found = await answer.json();
  if (!answer.ok) throw new Error(`wildvision: ${found.error.type}: ${found.error.message}`);
  return found;
}

function signal(context, type, displayName, description, outputType, thresholds, scoreOf) {
  return {
    signalTypeId: type,
    signal: {
      id: { type },
      displayName,
      description,
      docsUrl: null,
      recommendedThresholds: thresholds,
      supportedLanguages: 'ALL',
      pricingStructure: { type: 'FREE' },
      eligibleInputs: ['IMAGE'],
      outputType,
      getCost: () => 0,
      needsMatchingValues: false,
      eligibleSubcategories: [],
      needsActionPenalties: false,
      integration: context.integrationId,
      allowedInAutomatedRules: false, // a photo never proves a material: people decide
      async run(input) {
        const config = await context.getCredential(input.orgId);
        return { outputType, score: scoreOf(await classify(config, input.value.value.url)) };
      },
      async getDisabledInfo(orgId) {
        const config = await context.getCredential(orgId);
        if (config?.serviceUrl) return { disabled: false };
        return { disabled: true, disabledMessage: 'Enter the address of the wildvision service first.' };
      },
    },
  };
}

/** The score of the product that decided, or that came nearest to a review. */
function highest(found) {
  return found.reason.category
    ? found.predictions.find((prediction) => prediction.category === found.reason.category).score
    : (found.reason.nearest?.score ?? 0);
}

function createSignals(context) {
  return [
    signal(context, NEEDS_A_LOOK, 'Wildlife product: needs a look',
      'True where the service says FLAG or REVIEW, by the thresholds that it was given.',
      { scalarType: 'BOOLEAN' }, null,
      (found) => found.verdict === 'FLAG' || found.verdict === 'REVIEW'),
    signal(context, HIGHEST_SCORE, 'Wildlife product: score',
      'The calibrated probability, 0 to 1, of the product that decided or came nearest.',
      { scalarType: 'NUMBER' }, { highPrecisionThreshold: 0.5, highRecallThreshold: 0.1 },
      highest),
  ];
}

export { createSignals, manifest };
export default { manifest, createSignals };
