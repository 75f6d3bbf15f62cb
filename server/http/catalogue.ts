import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';

export function catalogueRoutes(app: App, edge: Edge): void {
  const doc = describe('The catalogue', 'Licence types, logon sources, and which interface carries which licence.', {
    tag: 'Catalogue',
    answer: 'catalogue',
  });
  app.get('/api/v1/catalogue', doc, () => json(edge.config.catalogue));
}
