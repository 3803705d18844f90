// What a page of the handbook gains by scripts. Without them everything is there to be read; with them it is handier.
import { prepareCode } from "./code.js";
import { prepareSearch } from "./search-box.js";
import { prepareSearchPage } from "./search-page.js";
import { prepareTabs } from "./tabs.js";
import { followHeadings, showPageInContents } from "./whereabouts.js";

prepareTabs();
prepareCode();
prepareSearch();
prepareSearchPage();
followHeadings();
showPageInContents();
