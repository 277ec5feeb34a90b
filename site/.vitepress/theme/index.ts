import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { defineComponent, h } from 'vue';
import { markMain } from './main-landmark.ts';
import { MarkdownLink } from './markdown-link.ts';
import { correctSearchDialog } from './search-dialog.ts';
import './colors.css';
import './layout.css';

export default {
  extends: DefaultTheme,
  Layout: defineComponent(() => {
    markMain();
    correctSearchDialog();
    return () => h(DefaultTheme.Layout, null, { 'doc-footer-before': () => h(MarkdownLink) });
  }),
} satisfies Theme;
