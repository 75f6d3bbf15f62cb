import './styles/tokens.css';
import './styles/base.css';
import './styles/site.css';
import './styles/overview.css';
import './styles/pages.css';
import './styles/alerts.css';
import './styles/reports.css';
import './styles/wall.css';
import './styles/media.css';
import { AppElement } from './app-element.ts';
import { startDashboardClient } from './client/dashboard-client.ts';
import { holdBusyButtons } from './controllers/busy-buttons.ts';
import { showTheme, storedTheme, themeIn } from './controllers/theme-controller.ts';

// A wall has nobody to press a button: its address may name the colours, `?theme=dark`.
showTheme(themeIn(location.search) ?? storedTheme());
holdBusyButtons(document);
const app = new AppElement();
app.dashboard = startDashboardClient(window);
document.body.prepend(app);
