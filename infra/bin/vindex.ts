import { App } from 'aws-cdk-lib';
import { AppStack } from '../lib/app-stack';
import { DataStack } from '../lib/data-stack';
import { readSettings } from '../lib/settings';

const app = new App();
const settings = readSettings((name) => app.node.tryGetContext(name));
const data = new DataStack(app, `vindex-${settings.stage}-data`, settings, {
  description: 'vindex: everything that holds state',
});
new AppStack(app, `vindex-${settings.stage}-app`, data, settings, {
  description: 'vindex: functions, workflows and the HTTP API',
});
