#!/usr/bin/env node
// The bundle has no first line for the shell: it is the main file of the Action, too.
import '../dist/index.js';
